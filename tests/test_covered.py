"""Coverage is added up by room, over statements and branches."""

from __future__ import annotations

from tests.covered import Counted, by_room, lines


def file(statements: int, run: int, branches: int = 0, taken: int = 0) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": run,
            "num_branches": branches,
            "covered_branches": taken,
        }
    }


def test_a_room_is_a_folder_or_a_file_that_stands_alone() -> None:
    rooms = by_room(
        {
            "bot/keys/making.py": file(10, 10, 4, 2),
            "bot/keys/forms/asking.py": file(6, 4),
            "bot/policy.py": file(8, 8),
            "bot/__init__.py": file(0, 0),
        }
    )

    assert rooms == {"keys": Counted(20, 16), "policy": Counted(8, 8)}


def test_the_least_covered_room_comes_first_and_the_sum_last() -> None:
    told = lines({"policy": Counted(8, 8), "keys": Counted(20, 15)})

    assert [line.split()[0] for line in told] == ["keys", "policy", "all"]
    assert told[0].split()[1:] == ["5", "of", "20", "not", "run", "75.0", "%"]
    assert told[-1].endswith("82.1 %")
