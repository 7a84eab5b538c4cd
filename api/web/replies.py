"""What the service answers beside decisions: problems, the active policy, its health, and a batch's results."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from api.desk.findings import Finding
from engine.answers.decisions import PolicyStamp, StoredDecision
from engine.core.decision import Kind
from engine.core.parts import Moment, Part


class RequestFault(Part, frozen=True, kw_only=True):
    """One thing wrong with a request: in its body, or in its query."""

    parameter: Annotated[str, Meta(description="The query parameter, instead of a pointer.")] | None = None
    pointer: (
        Annotated[str, Meta(description="A JSON pointer (RFC 6901) into the body; empty for all of it.")] | None
    ) = None
    code: Annotated[str, Meta(description="What is wrong, for programs: `unknown_key`.")]
    message: Annotated[str, Meta(description="What is wrong, for people.")]
    hint: Annotated[str, Meta(description="How to mend it, for people.")] | None = None


class Problem(Part, frozen=True):
    """Why there is no answer (RFC 9457)."""

    type: Annotated[
        str, Meta(description="Which problem it is: `urn:dealdesk:problem:…`.", extra_json_schema={"format": "uri"})
    ]
    title: Annotated[str, Meta(description="The same in words.")]
    status: Annotated[int, Meta(ge=400, le=599, description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What happened this time.")]
    errors: Annotated[Sequence[RequestFault], Meta(description="Everything wrong with the request.")] | None = None


class PolicySection(Part, frozen=True):
    """A section of the policy, and the kind that it decides."""

    section: Annotated[str, Meta(description="The section's name in the policy.")]
    kind: Annotated[Kind, Meta(description="The kind of decision.")]


class PolicySource(Part, frozen=True):
    """One file of the policy."""

    file: Annotated[str, Meta(description="The file, as it was given, or as it is included.")]
    text: Annotated[str, Meta(description="The file's text.")]


class ActivePolicyReply(Part, frozen=True):
    """The policy that decides now, with its text."""

    name: Annotated[str, Meta(description="The policy's name.")]
    version: Annotated[str, Meta(description="The version that its owner gives it.")]
    digest: Annotated[str, Meta(description="Of what the policy says, whatever its layout.")]
    currency: Annotated[str, Meta(description="The currency of all amounts: `CNY`.")]
    timezone: Annotated[str, Meta(description="Where its days begin: `Asia/Shanghai`.")]
    sections: Annotated[Sequence[PolicySection], Meta(description="What it decides.")]
    source: Annotated[Sequence[PolicySource], Meta(description="Its files, the first one first.")]


class PolicyError(Part, frozen=True):
    """Why the policy files as they stand are not served."""

    at: Annotated[Moment, Meta(description="When that was found.")]
    detail: Annotated[str, Meta(description="Why, in a line.")]
    diagnostics: Annotated[Sequence[Finding], Meta(description="What is wrong with them.")]


class Ready(Part, frozen=True):
    """Decisions are served, and by which policy."""

    status: Annotated[Literal["ready"], Meta(description="Always so: what is not ready does not answer.")]
    policy: PolicyStamp
    policy_error: Annotated[
        PolicyError | None,
        Meta(description="Why the policy files as they stand are not served; the last good policy still is."),
    ]


class Alive(Part, frozen=True):
    """The process answers."""

    status: Annotated[Literal["ok"], Meta(description="Always so: what is not alive does not answer.")]


class BatchDecision(Part, frozen=True):
    """A request of a batch that was decided."""

    decision: Annotated[StoredDecision, Meta(description="The decision.")]


class BatchProblem(Part, frozen=True):
    """A request of a batch that was not decided."""

    problem: Problem
