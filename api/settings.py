"""What an operator may set, by option or environment; the limits are those of docs/http.md."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.facts import Limits


class Settings(BaseSettings):
    """Settings of the service; each is an environment variable with the prefix `DEALDESK_`."""

    model_config = SettingsConfigDict(env_prefix="DEALDESK_", frozen=True)

    policy: Path = Path("policies.yaml")
    reload: bool = False
    max_body_bytes: int = Field(4 * 1024 * 1024, ge=1024)
    max_batch: int = Field(1_000, ge=1)
    max_lines: int = Field(2_000, ge=1)
    max_claims: int = Field(200, ge=1)
    max_candidates: int = Field(2_000, ge=1)

    @property
    def limits(self) -> Limits:
        """Return the limits of one request, as the engine takes them."""
        return Limits(lines=self.max_lines, claims=self.max_claims, candidates=self.max_candidates)
