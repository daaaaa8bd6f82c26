"""Owns `reply_markup`: which keyboards Telegram takes, and what it says of the others."""

from bot.demo.botapi.calls import Call, bad_request
from bot.demo.botapi.links import BadLink, check_link
from bot.demo.botapi.world import Chat, Json

MAX_BUTTONS = 100
_KINDS = ["url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat", "copy_text"]
_KINDS += ["switch_inline_query_chosen_chat", "web_app", "login_url", "pay", "callback_game"]


def reply_markup(call: Call) -> Json | None:
    """The markup of a call, checked; None when there is none."""
    markup = call.json_object("reply_markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return {"inline_keyboard": _inline(markup["inline_keyboard"])}
    if not {"keyboard", "remove_keyboard", "force_reply"} & set(markup):
        raise bad_request("object expected as reply markup")
    return markup


def only_inline(markup: Json | None, chat: Chat) -> None:
    """Channels show no other keyboards."""
    if markup and "inline_keyboard" not in markup and chat.type == "channel":
        raise bad_request("inline keyboard expected")


def _inline(rows: object) -> list[list[Json]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array of Array')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return checked


def _button(button: object) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Text buttons must have non-empty text")
    kinds = [kind for kind in _KINDS if kind in button]
    if not kinds:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    match kinds[0]:
        case "callback_data":
            if not 1 <= len(str(button["callback_data"]).encode()) <= 64:
                raise bad_request("BUTTON_DATA_INVALID")
        case "url":
            return {**button, "url": _url(str(button["url"]))}
        case "copy_text":
            text = button["copy_text"].get("text", "") if isinstance(button["copy_text"], dict) else ""
            if not 1 <= len(text) <= 256:
                raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return button


def _url(url: str) -> str:
    try:
        return check_link(url)
    except BadLink as exc:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {exc}") from exc
