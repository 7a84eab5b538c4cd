"""What is said in Chinese."""

from collections.abc import Callable, Mapping

from engine.decision import Json

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


STEPS: dict[str, Callable[[Data], str]] = {
    "authority": _authority,
    "highest_line": _highest_line,
    "at_least": lambda data: f"{_whose(data)}{data['rule']} 要求至少 {data['level']}",
    "raise": lambda data: f"{_whose(data)}{data['rule']} 上调 {data['levels']} 级",
    "chain": lambda data: f"自提交人 {data['submitter']} 逐级至 {data['level']}",
    "audit": _audit,
    "outcome": lambda data: f"结论：{OUTCOMES[str(data['outcome'])]}",
    "missing_did_not_matter": lambda data: f"以下信息未提供，但不影响结论：{_listed(data['fields'])}",
}


def _listed(names: Json) -> str:
    return "、".join([str(name) for name in names]) if isinstance(names, list) else ""
