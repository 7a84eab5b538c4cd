"""Phrases of summaries and texts, English and Chinese side by side, so that neither is forgotten."""

from engine.decision import Language

PHRASES: dict[str, tuple[str, str]] = {
    # Joining
    "comma": (", ", "、"),
    "semicolon": ("; ", "；"),
    "and": (" and ", "与"),
    "in_brackets": (" ({})", "（{}）"),
    "more": ("{} and {count} more", "{}等（另有 {count} 项）"),
    # Places
    "line": ("line {line}", "第{line}行"),
    "line_of": ("line {line} ({what})", "第{line}行（{what}）"),
    "at_gate": (" at {gate}", "（{gate} 环节）"),
    # Price approval
    "approved": ("Approved: no one need sign.", "批准：无需签批。"),
    "approved_by_submitter": (
        "Approved: within the submitter's own authority ({title}).",
        "批准：在提交人权限之内（{title}）。",
    ),
    "must_approve": ("{who} must approve: {driver}.", "须由{who}审批：{driver}。"),
    "must_approve_bare": ("{who} must approve.", "须由{who}审批。"),
    "rejected": ("Rejected: {reasons}.", "驳回：{reasons}。"),
    "held": ("Held{gate}: {reasons}.", "暂停{gate}：{reasons}。"),
    "off_list": (
        "{place} is {actual} off list; the {level}'s limit is {limit}",
        "{place}折扣为 {actual}，{level}的上限为 {limit}",
    ),
    "above_limit": (
        "{place}: {field} is {actual}; the {level}'s limit is {limit}",
        "{place}：{field}为 {actual}，{level}的上限为 {limit}",
    ),
    "below_limit": (
        "{place}: {field} is {actual}; the {level} needs at least {limit}",
        "{place}：{field}为 {actual}，{level}要求不低于 {limit}",
    ),
    "test": (
        "{place}: {field} is {actual}; the {level} needs {test}",
        "{place}：{field}为 {actual}，{level}要求 {test}",
    ),
    "no_lower": ("{place}: no lower level may sign such a line", "{place}：更低级别均无权签批此类产品行"),
    "of_rule": ("{reason} ({rule})", "{reason}（{rule}）"),
    "on_line": ("{place}: {reason}", "{place}：{reason}"),
    "none_known": ("not known", "未知"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "nothing": ("none", "无"),
    # Special orders
    "clear": ("Clear{gate}: nothing is open.", "放行{gate}：无未完成事项。"),
    "blocked": ("Blocked{gate}: {reasons}.", "禁止{gate}：{reasons}。"),
    # Registration
    "only_claim": ("Awarded to {winner}: the only claim in the running.", "判定归 {winner}：唯一合格的报备。"),
    "awarded": (
        "Awarded to {winner}: decided by {criterion}{values}.",
        "判定归 {winner}：由 {criterion} 决定{values}。",
    ),
    "against": (", {winner} against {own} ({rival})", "，{winner} 对 {own}（{rival}）"),
    "tie": ("Contested: no criterion tells {claims} apart.", "存在争议：各项规则无法在 {claims} 之间分出先后。"),
    "winner_held": ("Contested: {claim} is first, but held: {reasons}.", "存在争议：{claim} 居首但待核实：{reasons}。"),
    "arbitrate": ("Contested: {reasons}.", "存在争议：{reasons}。"),
    "arbitrate_for": (
        "Contested: {reasons}; {claim} is recommended.",
        "存在争议：{reasons}；建议归 {claim}。",
    ),
    "no_claim": ("Rejected: no claim is eligible{reasons}.", "驳回：没有合格的报备{reasons}。"),
    # Allocation
    "allocated": ("Allocated to {partners}{why}.", "分配给 {partners}{why}。"),
    "decided_by": (", decided by {criterion}", "，由 {criterion} 决定"),
    "by_id": (", by partner id among equals", "，同等条件下按编号"),
    "only_candidate": (", the only candidate", "，唯一候选人"),
    "points": ("{partner} ({score} points)", "{partner}（{score} 分）"),
    "fallback": ("No candidate is left{why}: {fallback} takes over.", "没有可用的候选人{why}：转 {fallback}。"),
    "no_fallback": ("No candidate is left{why}.", "没有可用的候选人{why}。"),
    "all_excluded": (" (excluded: {reasons})", "（已排除：{reasons}）"),
    # Missing facts
    "needs": (
        "More information is needed: {fields}; still possible: {outcomes}.",
        "需要补充信息：{fields}；仍可能的结论：{outcomes}。",
    ),
    "needs_bare": ("More information is needed: {fields}.", "需要补充信息：{fields}。"),
}

# What people call the built-in fields that authority is most often about.
LABELS: dict[str, tuple[str, str]] = {
    "line.discount": ("discount", "折扣"),
    "line.margin": ("margin", "毛利率"),
    "line.net_total": ("net total of the line", "本行成交额"),
    "deal.discount": ("discount of the deal", "整单折扣"),
    "deal.margin": ("margin of the deal", "整单毛利率"),
    "deal.net_total": ("net total of the deal", "整单成交额"),
    "deal.payment_days": ("payment days", "账期天数"),
}


def say(phrase: str, language: Language, *values: object, **named: object) -> str:
    """Return a phrase with its values put in.

    >>> say("line", "en", line=2), say("line", "zh", line=2)
    ('line 2', '第2行')
    """
    return PHRASES[phrase][language == "zh"].format(*values, **named)


def joined(parts: list[str], language: Language, *, most: int = 3) -> str:
    """List the first few of several things, and say how many more there are.

    >>> joined(["a", "b", "c", "d"], "en", most=2)
    'a, b and 2 more'
    """
    text = say("comma", language).join(parts[:most])
    return say("more", language, text, count=len(parts) - most) if len(parts) > most else text


def sentence_case(title: str) -> str:
    """Return a title as it stands within a sentence: `District manager` loses its capital, `VP sales` does not.

    >>> sentence_case("District manager"), sentence_case("VP sales")
    ('district manager', 'VP sales')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
