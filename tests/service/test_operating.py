"""What whoever answers for a machine is told: the unit of the service, and whether it is at work."""

from __future__ import annotations

import configparser
import pwd
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from service.conftest import Shop, until

SCHEDULED = "robo: 1\nschedule:\n  - every: day at 06:00\nsteps:\n  - log: morning\n"


def service_finding(shop: Shop) -> tuple[str, str]:
    (found,) = (one for one in shop.json("doctor")["findings"] if one["name"] == "service")
    return found["state"], found["said"]


def test_doctor_knows_whether_a_service_is_at_work_and_whether_it_is_missed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBO_BROWSER", "none")  # what it says of browsers is tested elsewhere, and takes its time
    assert "service" not in {one["name"] for one in shop.json("doctor")["findings"]}
    shop.write("flows/morning.yaml", SCHEDULED)
    assert service_finding(shop) == ("note", "no service is at work, 1 flow has a schedule")
    process = shop.serve()
    shop.json("trigger", "piece", "-i", "piece=a", "-i", "seconds=60")
    until(lambda: shop.bench == ["begin a"])
    state, said = service_finding(shop)
    assert (state, f"process {process.pid}, 1 run is at work" in said) == ("good", True)
    process.kill()
    process.wait()
    assert service_finding(shop)[0] == "wrong"


def test_whoever_has_logged_in_is_written_down_whatever_account_does_the_work(shop: Shop) -> None:
    pause = f"echo 65534 > /proc/self/loginuid && exec {sys.executable} -m robo pause piece"
    if subprocess.run(["sh", "-c", pause], cwd=shop.root, capture_output=True, check=False).returncode:
        pytest.skip("only root may say who has logged in")
    shop.json("trigger", "piece", "-i", "piece=a")
    assert f"its flow is paused by {pwd.getpwuid(65534).pw_name}" in shop.robo("runs").stdout


def test_the_unit_says_where_the_service_may_write(shop: Shop, tmp_path: Path) -> None:
    shop.write("robo.toml", '[folders]\nshare = "/mnt/a share"\nhere = "here"\n')
    text = shop.robo("serve", "--unit", "--log", "json").stdout
    unit = configparser.ConfigParser(interpolation=None)
    unit.read_string(text)
    assert unit["Service"]["ExecStart"].endswith(f" --workspace {tmp_path} serve --log json")
    assert unit["Service"]["WorkingDirectory"] == str(tmp_path)
    assert unit["Service"]["ReadWritePaths"] == f'{tmp_path} "-/mnt/a share" -{tmp_path}/here'


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="without systemd")
def test_systemd_understands_the_unit(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "robo.service").write_text(shop.robo("serve", "--unit").stdout)
    told = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "robo.service"], capture_output=True, text=True, check=False
    )
    ours = [line for line in told.stderr.splitlines() if "robo.service" in line]
    assert (told.returncode, ours) == (0, [])


def test_a_full_disk_is_called_that_and_nothing_is_forgotten(shop: Shop, tmp_path: Path) -> None:
    state = tmp_path / ".robo"
    state.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(state)]
    if subprocess.run(small, capture_output=True, check=False).returncode:
        pytest.skip("only root may have a small disk")
    try:
        assert shop.robo("run", "piece", "-i", "piece=a").returncode == 0
        with suppress(OSError), (state / "fill").open("wb", buffering=0) as file:
            while file.write(bytes(512)):
                pass
        full = shop.robo("run", "piece", "-i", "piece=b")
        assert (full.returncode, "the disk is full" in full.stdout + full.stderr) == (1, True), full
        (state / "fill").unlink()
        assert [one["state"] for one in shop.json("runs")["runs"]][-1] == "done"
        shop.robo("run", "piece", "-i", "piece=c")
        assert "end c" in shop.bench
    finally:
        subprocess.run(["umount", "-l", state], check=True)
