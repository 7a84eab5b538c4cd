"""Phrases of summaries and texts, English and Chinese side by side, so that neither is forgotten."""

from engine.core.decision import Language
from engine.explain.words.labels import LABELS

PHRASES: dict[str, tuple[str, str]] = {
    # Joining
    "comma": (", ", "、"),
    "and": (" and ", "与"),
    "in_brackets": (" ({})", "（{}）"),
    "more": ("{} and {count} more", "{}等（另有 {count} 项）"),
    # Places
    "line": ("line {line}", "第{line}行"),
    "line_of": ("line {line} ({what})", "第{line}行（{what}）"),
    "with_line": ("with line {lines}", "含第{lines}行"),
    "with_lines": ("with lines {lines}", "含第{lines}行"),
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
    # Tests
    "fails": ("{field} {actual}, not {test}", "{field} {actual}，不满足 {test}"),
    "distance": ("{test} ({by})", "{test}（{by}）"),
    "over": ("over by {distance}", "超出 {distance}"),
    "short": ("short by {distance}", "相差 {distance}"),
    "at_limit": ("just at the limit", "恰在界限上"),
    "in_points": ("{points} points", "{points} 个百分点"),
    "present": ("given", "已提供"),
    "missing": ("not given", "未提供"),
    "unknown_field": ("{field} is not known", "{field} 未知"),
    # Texts
    "head_title": ("{level} ({title})", "{level}（{title}）"),
    "off": ("{discount} off", "折扣 {discount}"),
    "margin": ("margin {margin}", "毛利率 {margin}"),
    "times": ("{quantity} x {price}", "{quantity} x {price}"),
    "not_covered": ("{rule} does not cover it: {tests}", "{rule} 不适用：{tests}"),
    "could_sign": (
        "with net price {price} or more ({more}) the {level} could sign",
        "成交价不低于 {price}（{more}）时 {level} 即可签批",
    ),
    "could_pass": (
        "with net price {price} or more ({more}) no one need sign",
        "成交价不低于 {price}（{more}）时无需签批",
    ),
    "could_not": (
        "at no net price up to list could the {level} sign: {tests}",
        "目录价以内任何成交价 {level} 均不能签批：{tests}",
    ),
    "could_not_tell": (
        "whether the {level} could sign at a net price up to list is not known without {fields}",
        "缺少{fields}，无法判断目录价以内 {level} 能否签批",
    ),
    "no_row": ("no row of authority is for this level or a lower one", "授权表中没有该级别及更低级别的行"),
    "nobody": ("nobody", "无人"),
    "more_lines": ("and {count} more lines", "另有 {count} 行"),
    "more_rows": ("and {count} more", "另有 {count} 项"),
    "totals": (
        "{net} net of {list} list, {discount} off, margin {margin}",
        "成交 {net} / 目录价 {list}，折扣 {discount}，毛利率 {margin}",
    ),
    "missed_by": ("{rule} missed by one test: {tests}", "{rule} 仅差一项：{tests}"),
    "undetermined": ("{rule} is open: {tests}", "{rule} 未定：{tests}"),
    "at_least_level": ("at least {level}", "至少 {level}"),
    "levels_up": ("{levels} up", "上调 {levels} 级"),
    "not_known": ("not known", "未知"),
    "lost": ("lost to {claim} at {at}: {own} against {winner}", "在 {at} 上不及 {claim}：{own} 对 {winner}"),
    "tied": ("tied", "不分先后"),
    "protected_until": ("until {until}", "至 {until}"),
    "extendable": ("{until}, extendable by {extend}", "{until}，可续期 {extend}"),
    "score": ("{score} points", "{score} 分"),
    "drawn": ("drawn: {control}", "抽中：{control}"),
    "obligation_document": ("document {what}", "文件 {what}"),
    "obligation_approve": ("approval of {what}", "{what} 批准"),
    "obligation_deposit": ("deposit of {what}", "定金 {what}"),
    "obligation_hold": ("{what}", "{what}"),
    "status_awarded": ("awarded", "判定归属"),
    "status_eligible": ("eligible", "合格"),
    "status_held": ("held", "待核实"),
    "status_rejected": ("rejected", "驳回"),
    # Labels of the rows of a text
    "label_line": ("line {line}", "第{line}行"),
    "label_also": ("also", "会签"),
    "label_level": ("level", "级别"),
    "label_steps": ("steps", "步骤"),
    "label_held": ("held", "暂停"),
    "label_rejected": ("rejected", "驳回"),
    "label_blocked": ("blocked", "禁止"),
    "label_open": ("open", "待办"),
    "label_met": ("met", "已满足"),
    "label_kinds": ("kinds", "类别"),
    "label_audit": ("audit", "抽审"),
    "label_notify": ("notify", "通知"),
    "label_total": ("total", "合计"),
    "label_valid": ("valid", "有效期"),
    "label_near": ("nearly", "临界"),
    "label_missing": ("missing", "缺少"),
    "label_possible": ("possible", "仍可能"),
    "label_not_sure": ("unsure", "未定"),
    "label_why": ("why", "依据"),
    "label_note": ("note", "说明"),
    "label_protected": ("protected", "保护期"),
    "label_out": ("out", "排除"),
    "label_split": ("split", "分成"),
    "label_accept": ("accept", "接单"),
    # Missing facts
    "needs": (
        "More information is needed: {fields}; still possible: {outcomes}.",
        "需要补充信息：{fields}；仍可能的结论：{outcomes}。",
    ),
    "needs_bare": ("More information is needed: {fields}.", "需要补充信息：{fields}。"),
}


def say(phrase: str, language: Language, *values: object, **named: object) -> str:
    """Return a phrase with its values put in.

    >>> say("line", "en", line=2), say("line", "zh", line=2)
    ('line 2', '第2行')
    """
    return PHRASES[phrase][language == "zh"].format(*values, **named)


def field_label(path: str, language: Language) -> str:
    """Return what people call a field; by its name where there are no words for it.

    >>> field_label("line.discount", "zh"), field_label("deal.margin_gap", "en"), field_label("deal.margin_gap", "zh")
    ('折扣', 'margin gap', 'deal.margin_gap')
    """
    if path in LABELS:
        return LABELS[path][language == "zh"]
    return path if language == "zh" else path.partition(".")[2].replace("_", " ") or path


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


def line_place(line: int, name: str | None, language: Language) -> str:
    """Return what a line is called: its number, and its id or what it sells where that is known.

    >>> line_place(2, None, "en"), line_place(2, "L-17", "zh")
    ('line 2', '第2行（L-17）')
    """
    return say("line", language, line=line) if name is None else say("line_of", language, line=line, what=name)
