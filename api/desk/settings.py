"""What an operator may set, by option or environment; the limits are those of docs/http.md."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.backends import EngineName
from engine.core.facts import Limits


class Settings(BaseSettings):
    """Settings of the service; each is an environment variable with the prefix `DEALDESK_`."""

    model_config = SettingsConfigDict(env_prefix="DEALDESK_", frozen=True)

    policy: Path = Path("policies.yaml")
    reload: bool = False
    engine: EngineName = "index"
    max_body_bytes: Annotated[int, Field(ge=1024)] = 4 * 1024 * 1024
    max_batch: Annotated[int, Field(ge=1)] = 1_000
    max_lines: Annotated[int, Field(ge=1)] = 2_000
    max_claims: Annotated[int, Field(ge=1)] = 200
    max_candidates: Annotated[int, Field(ge=1)] = 2_000

    @property
    def limits(self) -> Limits:
        """Return the limits of one request, as the engine takes them."""
        return Limits(lines=self.max_lines, claims=self.max_claims, candidates=self.max_candidates)
