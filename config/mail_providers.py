"""Typed reader of mail_providers.toml: the domains of e-mail that anybody can have."""

from functools import lru_cache

from pydantic import BaseModel, ConfigDict, field_validator

from config.tables import read_table


class _Providers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    domains: frozenset[str]

    @field_validator("domains")
    @classmethod
    def _are_written_plainly(cls, found: frozenset[str]) -> frozenset[str]:
        wrong = sorted(
            each for each in found if each != each.strip().lower() or "@" in each or "." not in each
        )
        if wrong:
            raise ValueError(f"no domains in lower case: {', '.join(wrong)}")
        return found


@lru_cache(maxsize=1)
def public_domains() -> frozenset[str]:
    """The domains, in lower case."""
    return read_table(_Providers, "mail_providers.toml").domains
