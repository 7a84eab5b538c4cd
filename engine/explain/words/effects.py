"""What a rule does, in a sentence; the data is a trace's `then` entry (engine/explain/trace/effects.py)."""

from collections.abc import Mapping

from engine.core.decision import Json, Language
from engine.explain.words.lengths import length

LENGTHS = ("expire", "protect", "extend")
# By the first key of a `then` entry: English, Chinese.
SENTENCES: dict[str, tuple[str, str]] = {
    "sign": ("{sign} may sign", "{sign} 可签批"),
    "reject": ("reject: {reject}", "驳回：{reject}"),
    "hold": ("hold: {hold}", "暂停：{hold}"),
    "at_least": ("at least {at_least} must sign", "至少由 {at_least} 签批"),
    "raise": ("raise the level by {raise}", "审批级别上调 {raise} 级"),
    "also": ("{also} must sign too", "须 {also} 会签"),
    "notify": ("notify {notify}", "通知 {notify}"),
    "expire": ("valid for at most {expire}", "有效期不超过 {expire}"),
    "kind": ("is a special order: {kind}", "属于特单：{kind}"),
    "document": ("needs the document {document}", "须提交文件 {document}"),
    "approve": ("needs the approval of {approve}", "须 {approve} 批准"),
    "deposit": ("needs a deposit of {deposit}", "须付定金 {deposit}"),
    "block": ("block: {block}", "禁止：{block}"),
    "audit": ("{audit} of such orders are audited", "抽审比例 {audit}"),
    "forfeit": ("forfeits its protection: {forfeit}", "丧失报备保护：{forfeit}"),
    "arbitrate": ("people decide: {arbitrate}", "提交人工裁定：{arbitrate}"),
    "protect": ("protected for {protect}, extendable by {extend}", "保护期 {protect}，可续期 {extend}"),
    "protect_only": ("protected for {protect}, no extension", "保护期 {protect}，不可续期"),
    "exclude": ("exclude: {exclude}", "排除：{exclude}"),
    "score": ("{score} points", "{score} 分"),
    "points": ("{score} = {points} points", "{score} = {points} 分"),
    "unknown_points": ("{score} points, not known", "{score} 分，数值未知"),
    "split": ("split: {split}", "分成：{split}"),
    "value": ("the value is {value}", "取值 {value}"),
}


def effect_text(then: Mapping[str, Json], language: Language) -> str:
    """Return an effect's sentence.

    >>> effect_text({"sign": "district_manager"}, "en")
    'district_manager may sign'
    >>> effect_text({"split": {"partner": "80%", "region": "20%"}}, "zh")
    '分成：partner 80%、region 20%'
    """
    key = next(iter(then))
    if key == "protect" and then["extend"] is None:
        key = "protect_only"
    if key == "score" and "points" in then:
        key = "points" if then["points"] is not None and then["points"] != then["score"] else key
        key = "unknown_points" if then["points"] is None else key
    words = dict(then)
    for name in LENGTHS:
        said = then.get(name)
        if isinstance(said, str):
            words[name] = length(said, language)
    shares = then.get("split")
    if isinstance(shares, dict):
        separator = "、" if language == "zh" else ", "
        words["split"] = separator.join([f"{name} {share}" for name, share in shares.items()])
    return SENTENCES[key][language == "zh"].format(**words)
