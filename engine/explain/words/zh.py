"""What is said in Chinese."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from engine.answers.allocation import (
    AcceptanceStep,
    AllocationAsksStep,
    AllocationOutcomeStep,
    CandidateEligibilityStep,
    CandidateTieStep,
    ChosenStep,
    FallbackStep,
    ScoresStep,
    SplitStep,
)
from engine.answers.decisions import AnyStep, Outcome
from engine.answers.elimination import CriterionStep
from engine.answers.price import (
    AtLeastStep,
    AuthorityStep,
    ChainStep,
    HighestLineStep,
    PriceOutcomeStep,
    RaiseStep,
)
from engine.answers.registration import (
    ClaimEligibilityStep,
    ClaimTieStep,
    ContestStep,
    HeldWinnerStep,
    PriorityStep,
    ProtectionStep,
    RecommendationOpenStep,
    RegistrationAsksStep,
    RegistrationOutcomeStep,
)
from engine.answers.special_order import AuditStep, OrderOutcomeStep
from engine.core.parts import MissingDidNotMatterStep, Shown
from engine.explain.words.lengths import length
from engine.explain.words.numbers import brief, brief_values
from engine.explain.words.phrases import line_place

OUTCOMES: Mapping[Outcome, str] = {
    "auto_approved": "自动批准",
    "requires_approval": "需要审批",
    "held": "暂停",
    "rejected": "驳回",
    "needs_information": "信息不足",
    "clear": "放行",
    "blocked": "禁止",
    "awarded": "判定归属",
    "contested": "存在争议",
    "allocated": "已分配",
    "fallback": "转后备",
}


def _whose(step: AtLeastStep | RaiseStep | AuditStep) -> str:
    """Say what a step is about: `第2行：`, or nothing for the whole deal."""
    return f"{line_place(step.line, step.line_id, 'zh')}：" if step.line is not None else ""


def _authority(step: AuthorityStep) -> str:
    place = line_place(step.line, step.line_id, "zh")
    if step.level is None:
        return f"{place}：任何级别均无权签批"
    if step.level == "automatic":
        return f"{place}：无需签批"
    return f"{place}：最低可由 {step.level} 签批"


def _highest_line(step: HighestLineStep) -> str:
    if step.level is None:
        return "各行最高级别未定或无人有权"
    return f"各行最高级别为 {step.level}"


def _audit(step: AuditStep) -> str:
    drawn = "抽中本单" if step.sampled else "未抽中本单"
    return f"{_whose(step)}{step.control} 按 {brief(step.rate)} 抽审：{drawn}"


def _candidates(step: CandidateEligibilityStep) -> str:
    out = f"；排除：{_listed(step.excluded)}" if step.excluded else ""
    open_ = f"；未定：{_listed(step.undetermined)}" if step.undetermined else ""
    return f"候选：{_listed(step.candidates) or '无'}{out}{open_}"


def _claim(step: ClaimEligibilityStep) -> str:
    said = f"（{_listed(step.rules)}）" if step.rules else ""
    status = {"rejected": "被驳回", "held": "待核实", "eligible": "合格"}[step.status]
    forfeited = "，丧失报备保护" if step.forfeited else ""
    protected = "，受保护" if step.protected else "，是否受保护未知" if step.protected is None else ""
    open_ = f"；未定：{_listed(step.undetermined)}" if step.undetermined else ""
    return f"{step.claim} {status}{said}{forfeited}{protected}{open_}"


def _criterion(step: CriterionStep) -> str:
    place = f"第{step.round}席，" if step.round not in (None, 1) else ""
    if step.unknown:
        return f"{place}{step.criterion}：{_listed(step.unknown)} 的取值未知，无法判定"
    if not step.dropped:
        return f"{place}{step.criterion}：全部保留（{_values(step, step.kept)}）"
    kept, dropped = _values(step, step.kept), _values(step, step.dropped)
    return f"{place}{step.criterion}：保留 {kept}，淘汰 {dropped}"


def _priority(step: PriorityStep) -> str:
    first = step.claim or "无"
    if step.decided_by is None:
        return f"仅一方竞争：{first}"
    if step.decided_by == "tie":
        return f"{step.contenders} 方竞争，各项规则均无法分出先后"
    return f"{step.contenders} 方竞争：{first} 居首，由 {step.decided_by} 决定"


def _protection(step: ProtectionStep) -> str:
    if step.kept:
        return f"{step.claim} 保留现有保护期，至 {step.protected_until}"
    if step.undetermined:
        return f"{step.claim}：保护期取决于 {_listed(step.undetermined)}"
    if step.window is None:
        return f"{step.claim}：不授予保护期"
    extend = f"，可续期 {length(step.extend, 'zh')}" if step.extend else "，不可续期"
    row = f"（{step.rule}）" if step.rule else ""
    return f"{step.claim} 保护期 {length(step.window, 'zh')}，至 {step.protected_until}{extend}{row}"


def _scores(step: ScoresStep) -> str:
    return "得分：" + _pairs(step.scores, unknown="未知")


def _fallback(step: FallbackStep) -> str:
    return f"无候选人：转 {step.fallback}" if step.fallback else "无候选人"


def _split(step: SplitStep) -> str:
    if step.undetermined:
        return f"分成取决于 {_listed(step.undetermined)}"
    if step.shares is None:
        return "没有适用的分成"
    row = f"（{step.rule}）" if step.rule else ""
    if step.amounts is None:
        return f"分成：{_pairs({name: brief(share) for name, share in step.shares.items()})}{row}"
    return f"{step.base} 的分成：{_pairs(step.amounts)}{row}"


def _asks(step: RegistrationAsksStep | AllocationAsksStep) -> str:
    rest = f"；仍可能：{'、'.join([OUTCOMES[name] for name in step.outcomes])}"
    return f"缺少以下信息无法判定：{_listed(step.fields)}{rest if step.outcomes else ''}"


def _listed(names: Sequence[str]) -> str:
    return "、".join(names)


def _value(value: Shown) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "无" if value is None else value if isinstance(value, str) else _listed(value)


def _values(step: CriterionStep, names: Sequence[str]) -> str:
    values = brief_values(step.values)
    return "、".join([f"{name}（{_value(values.get(name))}）" for name in names])


def _pairs(pairs: Mapping[str, str | None], *, unknown: str = "无") -> str:
    return "、".join([f"{name} {unknown if value is None else value}" for name, value in pairs.items()])


def step_text(step: AnyStep) -> str:
    """Return a step's sentence."""
    match step:
        case AuthorityStep():
            return _authority(step)
        case HighestLineStep():
            return _highest_line(step)
        case AtLeastStep():
            return f"{_whose(step)}{step.rule} 要求至少 {step.level}"
        case RaiseStep():
            return f"{_whose(step)}{step.rule} 上调 {step.levels} 级"
        case ChainStep():
            return f"自提交人 {step.submitter} 逐级至 {step.level}"
        case AuditStep():
            return _audit(step)
        case ClaimEligibilityStep():
            return _claim(step)
        case CandidateEligibilityStep():
            return _candidates(step)
        case CriterionStep():
            return _criterion(step)
        case ClaimTieStep():
            return f"{_listed(step.claims)} 不分先后"
        case CandidateTieStep():
            return f"{_listed(step.partners)} 不分先后，按编号取 {_listed(step.chosen)}"
        case PriorityStep():
            return _priority(step)
        case ContestStep():
            return f"存在争议：{_listed(step.rules)}"
        case HeldWinnerStep():
            return f"{step.claim} 须先核实放行方可判定归属（{_listed(step.rules)}）"
        case ProtectionStep():
            return _protection(step)
        case RecommendationOpenStep():
            return f"推荐对象未定：{_listed(step.claims)}"
        case ScoresStep():
            return _scores(step)
        case ChosenStep():
            return f"选定：{_listed(step.partners)}"
        case FallbackStep():
            return _fallback(step)
        case AcceptanceStep():
            return f"须在 {length(step.within, 'zh')} 内接单，截止 {step.accept_by}"
        case SplitStep():
            return _split(step)
        case RegistrationAsksStep() | AllocationAsksStep():
            return _asks(step)
        case PriceOutcomeStep() | OrderOutcomeStep() | RegistrationOutcomeStep() | AllocationOutcomeStep():
            return f"结论：{OUTCOMES[step.outcome]}"
        case MissingDidNotMatterStep():
            return f"以下信息未提供，但不影响结论：{_listed(step.fields)}"
        case _:
            assert_never(step)
