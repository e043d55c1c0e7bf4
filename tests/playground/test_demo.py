"""How the playground is started: ports that cannot be, and Ctrl-C while it loads."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from playground import __main__ as program


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(program.main, ["--port", str(port)])
    assert result.exit_code == 1
    assert f"Error: Port {port} is taken already." in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("port", ["99999", "-1", "many"])
def test_a_port_that_is_none_is_a_mistake_of_use(port: str) -> None:
    assert CliRunner().invoke(program.main, ["--port", port]).exit_code == 2


def test_ctrl_c_while_it_loads_ends_it_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("playground.supervisor.playground", interrupted)
    result = CliRunner().invoke(program.main, [])
    assert (result.exit_code, result.output) == (130, "")
