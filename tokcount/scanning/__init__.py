"""Sources → one data frame, a row a record. (The function `tokcount.scan` owns the shorter name.)"""
