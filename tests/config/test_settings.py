"""Settings: each default works on a laptop, each wrong one is named, the secret is made once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import BadConfiguration, Settings, environment_with, is_loopback, settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the settings anew in each test, from an environment that sets none."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AIMP_{name.upper()}", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_defaults_work_on_a_laptop() -> None:
    found = settings()

    assert found.database_address == f"sqlite:///{Path('var/aimp.db').resolve()}"
    assert found.mail_folder == Path("var/mails")
    assert not found.is_https
    assert found.smtp_url == ""


def test_what_is_set_replaces_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIMP_DATABASE_URL", "postgresql://example/aimp")
    monkeypatch.setenv("AIMP_MAIL_DIR", str(tmp_path))
    monkeypatch.setenv("AIMP_BASE_URL", "https://veille.example.ch/")

    found = settings()

    assert found.database_address == "postgresql://example/aimp"
    assert found.mail_folder == tmp_path
    assert found.base_url == "https://veille.example.ch"
    assert found.is_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIMP_BASE_URL", "veille.example.ch"),
        ("AIMP_BASE_URL", "ftp://veille.example.ch"),
        ("AIMP_BASE_URL", "https://"),
        ("AIMP_BASE_URL", "http://[::1"),
        ("AIMP_SIMAP_URL", "javascript:alert(1)"),
        ("AIMP_TED_URL", "ted"),
        ("AIMP_BOAMP_URL", "http:boamp"),
        ("AIMP_CONTACT_URL", "mailto:a@example.ch"),
        ("AIMP_SECRET_KEY", "too short"),
        ("AIMP_LOG_LEVEL", "LOUD"),
        ("AIMP_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(BadConfiguration, match=f"^{name}: "):
        settings()


def test_a_variable_that_is_empty_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"AIMP_{name.upper()}", "")

    assert settings() == Settings.model_construct()


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMP_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("AIMP_BASE_URL", "nowhere")

    with pytest.raises(BadConfiguration) as caught:
        settings()

    assert "AIMP_LOG_LEVEL: " in str(caught.value)
    assert "AIMP_BASE_URL: " in str(caught.value)


def test_a_wrong_secret_is_not_repeated_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMP_SECRET_KEY", "hush-hush")

    with pytest.raises(BadConfiguration) as caught:
        settings()

    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    described = Settings.model_fields[name].description

    assert described
    assert len(described) > 10


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"

    first = Settings(data_dir=folder).signing_key()
    second = Settings(data_dir=folder).signing_key()

    assert first == second
    assert len(first) >= 43
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_programs_that_start_together_share_one_secret(tmp_path: Path) -> None:
    for each in range(20):
        chosen = Settings(data_dir=tmp_path / str(each))
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda chosen: chosen.signing_key(), [chosen] * 8))

        assert len(keys) == 1
        assert len(keys.pop()) >= 43


def test_the_secret_that_is_set_is_used_and_none_is_written(tmp_path: Path) -> None:
    chosen = Settings(data_dir=tmp_path, secret_key="s" * 32)

    assert chosen.signing_key() == "s" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_child_process_gets_the_environment_with_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMP_BASE_URL", "https://veille.example.ch")

    found = environment_with(base_url="http://127.0.0.1:9000", simap_url="http://127.0.0.1:9001")

    assert found["AIMP_BASE_URL"] == "http://127.0.0.1:9000"
    assert found["AIMP_SIMAP_URL"] == "http://127.0.0.1:9001"
    assert "PATH" in found
    assert settings().base_url == "https://veille.example.ch"


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost/x", True),
        ("http://[::1]:1", True),
        ("https://www.simap.ch", False),
        ("http://127.0.0.1.example.ch", False),
        ("http://localhost@example.ch", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, is_ours: bool) -> None:
    assert is_loopback(url) is is_ours
