"""What is said in Chinese."""

from collections.abc import Callable, Mapping

from engine.core.decision import Json

Data = Mapping[str, Json]

OUTCOMES = {
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


def _whose(data: Data) -> str:
    """Say what a step is about: `第2行：`, or nothing for the whole deal."""
    return f"第{data['line']}行：" if "line" in data else ""


def _authority(data: Data) -> str:
    if data["level"] is None:
        return f"第{data['line']}行：任何级别均无权签批"
    if data["level"] == "automatic":
        return f"第{data['line']}行：无需签批"
    return f"第{data['line']}行：最低可由 {data['level']} 签批"


def _highest_line(data: Data) -> str:
    if data["level"] is None:
        return "各行最高级别未定或无人有权"
    return f"各行最高级别为 {data['level']}"


def _audit(data: Data) -> str:
    drawn = "抽中本单" if data["sampled"] else "未抽中本单"
    return f"{_whose(data)}{data['control']} 按 {data['rate']} 抽审：{drawn}"


def _eligibility(data: Data) -> str:
    if "candidates" in data:
        out = f"；排除：{_listed(data['excluded'])}" if data["excluded"] else ""
        open_ = f"；未定：{_listed(data['undetermined'])}" if data["undetermined"] else ""
        return f"候选：{_listed(data['candidates']) or '无'}{out}{open_}"
    said = f"（{_listed(data['rules'])}）" if data["rules"] else ""
    status = {"rejected": "被驳回", "held": "待核实", "eligible": "合格"}[str(data["status"])]
    forfeited = "，丧失报备保护" if data["forfeited"] else ""
    protected = "，受保护" if data["protected"] else "，是否受保护未知" if data["protected"] is None else ""
    open_ = f"；未定：{_listed(data['undetermined'])}" if data["undetermined"] else ""
    return f"{data['claim']} {status}{said}{forfeited}{protected}{open_}"


def _criterion(data: Data) -> str:
    place = f"第{data['round']}席，" if data.get("round", 1) != 1 else ""
    if data["unknown"]:
        return f"{place}{data['criterion']}：{_listed(data['unknown'])} 的取值未知，无法判定"
    if not data["dropped"]:
        return f"{place}{data['criterion']}：全部保留（{_values(data, data['kept'])}）"
    kept, dropped = _values(data, data["kept"]), _values(data, data["dropped"])
    return f"{place}{data['criterion']}：保留 {kept}，淘汰 {dropped}"


def _tie(data: Data) -> str:
    if "claims" in data:
        return f"{_listed(data['claims'])} 不分先后"
    return f"{_listed(data['partners'])} 不分先后，按编号取 {_listed(data['chosen'])}"


def _priority(data: Data) -> str:
    first = data["claim"] or "无"
    if data["decided_by"] is None:
        return f"仅一方竞争：{first}"
    if data["decided_by"] == "tie":
        return f"{data['contenders']} 方竞争，各项规则均无法分出先后"
    return f"{data['contenders']} 方竞争：{first} 居首，由 {data['decided_by']} 决定"


def _protection(data: Data) -> str:
    if data.get("kept"):
        return f"{data['claim']} 保留现有保护期，至 {data['protected_until']}"
    if data["undetermined"]:
        return f"{data['claim']}：保护期取决于 {_listed(data['undetermined'])}"
    if data["window"] is None:
        return f"{data['claim']}：不授予保护期"
    extend = f"，可续期 {data['extend']}" if data["extend"] else "，不可续期"
    row = f"（{data['rule']}）" if data["rule"] else ""
    return f"{data['claim']} 保护期 {data['window']}，至 {data['protected_until']}{extend}{row}"


def _scores(data: Data) -> str:
    return "得分：" + _pairs(data["scores"], unknown="未知")


def _fallback(data: Data) -> str:
    return f"无候选人：转 {data['fallback']}" if data["fallback"] else "无候选人"


def _split(data: Data) -> str:
    if data["undetermined"]:
        return f"分成取决于 {_listed(data['undetermined'])}"
    if data["shares"] is None:
        return "没有适用的分成"
    row = f"（{data['rule']}）" if data["rule"] else ""
    if data["amounts"] is None:
        return f"分成：{_pairs(data['shares'])}{row}"
    return f"{data['base']} 的分成：{_pairs(data['amounts'])}{row}"


def _asks(data: Data) -> str:
    rest = f"；仍可能：{'、'.join([OUTCOMES[name] for name in _names(data['outcomes'])])}"
    return f"缺少以下信息无法判定：{_listed(data['fields'])}{rest if data['outcomes'] else ''}"


def _names(names: Json) -> list[str]:
    return [str(name) for name in names] if isinstance(names, list) else []


def _listed(names: Json) -> str:
    return "、".join(_names(names))


def _value(value: Json) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "无" if value is None else _listed(value) if isinstance(value, list) else str(value)


def _values(data: Data, names: Json) -> str:
    values = data["values"]
    assert isinstance(values, dict)
    return "、".join([f"{name}（{_value(values.get(name))}）" for name in _names(names)])


def _pairs(pairs: Json, *, unknown: str = "无") -> str:
    assert isinstance(pairs, dict)
    return "、".join([f"{name} {unknown if value is None else value}" for name, value in pairs.items()])


STEPS: dict[str, Callable[[Data], str]] = {
    "authority": _authority,
    "highest_line": _highest_line,
    "at_least": lambda data: f"{_whose(data)}{data['rule']} 要求至少 {data['level']}",
    "raise": lambda data: f"{_whose(data)}{data['rule']} 上调 {data['levels']} 级",
    "chain": lambda data: f"自提交人 {data['submitter']} 逐级至 {data['level']}",
    "audit": _audit,
    "eligibility": _eligibility,
    "criterion": _criterion,
    "tie": _tie,
    "priority": _priority,
    "contest": lambda data: f"存在争议：{_listed(data['rules'])}",
    "held_winner": lambda data: f"{data['claim']} 须先核实放行方可判定归属（{_listed(data['rules'])}）",
    "protection": _protection,
    "recommendation_open": lambda data: f"推荐对象未定：{_listed(data['claims'])}",
    "scores": _scores,
    "chosen": lambda data: f"选定：{_listed(data['partners'])}",
    "fallback": _fallback,
    "acceptance": lambda data: f"须在 {data['within']} 内接单，截止 {data['accept_by']}",
    "split": _split,
    "needs_information": _asks,
    "outcome": lambda data: f"结论：{OUTCOMES[str(data['outcome'])]}",
    "missing_did_not_matter": lambda data: f"以下信息未提供，但不影响结论：{_listed(data['fields'])}",
}
