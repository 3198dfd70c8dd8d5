"""The sizes of extras."""

from __future__ import annotations

import extra_sizes


def test_a_package_leads_to_what_it_needs_and_not_to_its_extras() -> None:
    assert extra_sizes.closure(["jinja2>=3.1.6,<4"]) == {"jinja2", "markupsafe"}


def test_what_a_marker_excludes_is_left_out() -> None:
    assert extra_sizes.closure(["jinja2; python_version < '3'"]) == set()


def test_the_files_of_a_package_have_a_size() -> None:
    both, one = (extra_sizes.megabytes(names) for names in ({"jinja2", "markupsafe"}, {"jinja2"}))

    assert 0 < one < both
