"""Settings come from the environment only, and the documentation's table is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.errors import ConfigurationError
from workers.settings import Settings, get_settings, settings_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "OCEANID_HOME", "OCEANID_OBJECT_STORE", "OCEANID_HEALTH_PORT"):
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()


def test_every_setting_is_in_the_documentation() -> None:
    assert settings_table() in DOCUMENT.read_text()


def test_the_readme_leads_to_the_settings() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert "docs/configuration.md" in readme.read_text()


def test_without_any_variable_everything_lies_in_the_working_directory() -> None:
    settings = Settings()
    assert settings.database_url is None
    assert settings.home_path == Path.cwd() / ".oceanid"
    assert settings.object_store_location == str(Path.cwd() / ".oceanid" / "objects")


def test_variables_are_read_and_empty_ones_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", " ")
    monkeypatch.setenv("OCEANID_HOME", "~/x")
    monkeypatch.setenv("OCEANID_OBJECT_STORE", "s3://bucket/prefix")
    monkeypatch.setenv("OCEANID_LOG_LEVEL", "debug")
    settings = get_settings()
    assert settings.database_url is None
    assert settings.home_path == Path.home() / "x"
    assert settings.object_store_location == "s3://bucket/prefix"
    assert settings.log_level == "DEBUG"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:geheim@h/d")
    monkeypatch.setenv("OCEANID_S3_SECRET_ACCESS_KEY", "geheim")
    assert "geheim" not in repr(get_settings()) + str(get_settings())


def test_a_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCEANID_HEALTH_PORT", "geheim")
    with pytest.raises(ConfigurationError) as caught:
        get_settings()
    assert "OCEANID_HEALTH_PORT" in caught.value.message
    assert "geheim" not in str(caught.value)
    assert "docs/configuration.md" in (caught.value.hint or "")
