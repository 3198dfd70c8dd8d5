"""Words and phrases that the generated logs are made of: plain data, no meaning intended."""

ENGLISH = """the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
which one you were her all she there would their we him been has when who will more no if out so said what up its about
into than them can only other new some could time these two may then do first any my now such like our over man me even
most made after also did many before must through back years where much your way well down should because each just those
people how too little state good very make world still own see men work long get here between both life being under never
day same another know while last might us great old year off come since against go came right used take three customer
order invoice delivery refund address payment account subscription password policy warranty shipment tracking support
agent ticket product return label carrier warehouse confirm schedule upgrade downgrade billing statement receipt contract
renewal cancel extension deadline manager department approval compliance document section paragraph reference appendix
measurement temperature pressure laboratory hypothesis experiment significance regression parameter distribution estimate
neighbourhood government parliament election economy inflation infrastructure railway harbour bridge museum orchestra
photosynthesis mitochondria chromosome vaccine antibody diagnosis therapy symptom physician pharmacy dosage allergy
algorithm database index query transaction replication latency throughput cache partition cluster container deployment
rollback pipeline repository branch commit merge conflict dependency interface module function variable exception
unfortunately nevertheless approximately simultaneously consequently furthermore particularly specifically accordingly""".split()

GERMAN = """der die das und in zu den ist nicht von sie es mit sich des auf für als an dem ein eine auch werden aus er hat dass
wir noch nach wird bei einer um am sind so wie einem über einen nur oder aber vor zur bis mehr durch man sein wurde haben
Bestellung Lieferung Rechnung Kundendienst Rückerstattung Vertragsverlängerung Zahlungseingang Geschäftsbedingungen
Datenschutzgrundverordnung Überweisung Straßenbahn Größe Öffnungszeiten ausschließlich möglicherweise selbstverständlich
Krankenversicherung Fußgängerzone Wissenschaft Entwicklung Verantwortung Möglichkeit Schwierigkeit Zusammenarbeit
gestern heute morgen vielleicht trotzdem natürlich zwischen während außerdem schließlich beziehungsweise""".split()

FRENCH = """le la les de des et un une en que qui dans pour pas sur plus par avec ce il elle nous vous être avoir fait été
commande livraison facture remboursement également néanmoins aujourd’hui événement à côté où développement réponse
création société français château théâtre œuvre bibliothèque problème élève hôpital forêt naïveté""".split()

RUSSIAN = """и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой ваш заказ доставка счёт
возврат средств клиент поддержка договор адрес оплата подтверждение пожалуйста спасибо здравствуйте вопрос ответ
правительство исследование температура производство распределение возможность государственный необходимо например
следующий конечно сегодня завтра библиотека университет программирование""".split()

CHINESE = """我们 你们 他们 的 是 在 有 了 和 不 这 那 个 人 大 中 国 说 要 会 可以 没有 什么 时候 因为 所以 但是 如果 已经 现在 订单 退款 物流 客服
地址 发票 合同 产品 质量 问题 解决 方案 请 谢谢 您好 确认 付款 账户 密码 秋天 诗歌 春风 明月 山水 科学 研究 数据 模型 训练 语言 算法 系统 服务器
经济 发展 社会 文化 历史 教育 医院 医生 药物 症状 治疗 北京 上海 广州 人工智能 自然语言处理 机器学习 电子商务 供应链 可持续发展""".split()

JAPANESE = """私 は が を に で と も の です ます した する いる ある これ それ あの 注文 配送 返金 請求書 お客様 サポート ありがとうございます
お願いします ください できます について 東京 大阪 京都 会議 資料 確認 変更 予約 キャンセル アカウント パスワード プログラム データベース
サーバー 言語 モデル 学習 秋 俳句 桜 電車 天気 温度 研究 結果 可能 必要 問題 解決 さらに しかし そして たとえば""".split()

KOREAN = """그리고 하지만 주문 배송 환불 고객 감사합니다 확인 결제 계정 비밀번호 문제 해결 오늘 내일 연구 데이터 모델 학습 언어 서비스
가능합니다 필요합니다 있습니다 없습니다 합니다 서울 부산 회의 자료 변경 예약 취소""".split()

ARABIC = """في من على أن إلى هذا التي الذي كان مع عن هذه كل بعد قد لا ما الطلب التوصيل الفاتورة العميل الدعم شكرا مرحبا
المشكلة الحل البيانات النموذج اللغة التعلم اليوم غدا الجامعة المكتبة""".split()

SYLLABLES = """ba ko ri ten sha lu mor vi zan qu el dro fi ger hin jo kes lam nor pex ru sti tha und ver wil xo yan zem""".split()

CODE = [
    'def {a}({b}, {c}=None):\n    """Return the {b} of {a}."""\n    for {d} in {b}:\n        if {d}.{c} > {n}:\n            {a}[{d}] = {c} + {n}\n    return {a}',
    "class {A}({B}):\n    {c}: int = {n}\n\n    def {a}(self) -> {B}:\n        return self.{c} * {n}",
    "SELECT {a}, count(*) AS {b} FROM {c} WHERE {d} >= {n} GROUP BY {a} ORDER BY {b} DESC LIMIT {n};",
    "const {a} = async ({b}) => {{\n  const {c} = await fetch(`/api/{d}/${{{b}}}`);\n  // {d} comes later\n  return {c}.json();\n}};",
    "for (int {a} = 0; {a} < {n}; ++{a}) {{\n\t{b}[{a}] = {c}({a}) << {n};\n\tif (!{b}[{a}]) break;\n}}",
    '{{\n  "{a}": {n},\n  "{b}": ["{c}", "{d}"],\n  "{A}": {{"{c}": null, "{d}": {n}.{n}}}\n}}',
]
