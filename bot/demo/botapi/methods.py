"""Owns the table of methods and the checks that writing methods share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.demo.botapi.calls import ApiError, Call, bad_request, flooded, forbidden
from bot.demo.botapi.entities import BadText, Entity, Text, from_wire
from bot.demo.botapi.found import find
from bot.demo.botapi.limits import Flood
from bot.demo.botapi.parse_html import parse_html
from bot.demo.botapi.tidy import finish, limited, with_found
from bot.demo.botapi.updates import Updates
from bot.demo.botapi.world import Chat, Json, Message, User, World

MAX_TEXT, MAX_CAPTION = 4096, 1024


@dataclass(slots=True)
class Api:
    """What a method works on."""

    world: World
    updates: Updates
    flood: Flood
    callbacks: dict[str, "CallbackQuery"] = field(default_factory=dict)
    inline: dict[str, "InlineQuery"] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CallbackQuery:
    """A press on a button, and what the bot answered to it."""

    id: str
    message: Message
    data: str
    answered: bool = False
    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass(slots=True, eq=False)
class InlineQuery:
    """A word typed after the bot's name in any chat, and the results the bot gave."""

    id: str
    query: str
    offset: str
    answered: bool = False
    results: list[Json] = field(default_factory=list)
    next_offset: str = ""
    button: Json | None = None


Method = Callable[[Api, Call], object]
METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Register `send_message` as sendMessage, under which it is found in any case."""
    METHODS[function.__name__.replace("_", "").lower()] = function
    return function


# --- chats -----------------------------------------------------------------------------------------------------------


def chat_of(api: Api, call: Call, name: str = "chat_id") -> Chat:
    """The chat of a call, if the bot may look at it."""
    if not call.text(name):
        raise bad_request(f"{name} is empty")
    chat = api.world.find_chat(call.text(name))
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to:
        raise ApiError(
            400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
        )
    _check_access(api, chat)
    return chat


def _check_access(api: Api, chat: Chat) -> None:
    if chat.peer:  # whoever blocks the bot can still be looked at
        return
    if chat.gone:
        raise forbidden(f"the {chat.type} chat was deleted")
    status = chat.member(api.world.bot).status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left" and not chat.username:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def _check_private(user: User) -> None:
    if user.deactivated:
        raise forbidden("user is deactivated")
    if user.blocks_bot:
        raise forbidden("bot was blocked by the user")
    if not user.started:
        raise forbidden("bot can't initiate conversation with a user")


def may_write(api: Api, chat: Chat, right: str = "send_messages") -> None:
    """Refuse where the bot may read but not write."""
    if chat.peer:
        _check_private(chat.peer)
        return
    me = chat.member(api.world.bot)
    if not me.is_in:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    if chat.type == "channel":
        if not me.may("post_messages"):
            raise bad_request("need administrator rights in the channel chat")
    elif not me.may(right) or not me.may("send_messages"):
        what = {"send_messages": "text messages", "send_photos": "photos", "send_documents": "documents"}[right]
        raise bad_request(f"not enough rights to send {what} to the chat")


def admit(api: Api, chat: Chat, messages: int = 1) -> None:
    """Count a message against the flood limits; 429 where they are reached."""
    if wait := api.flood.admit(chat.id, is_group=chat.is_crowd, messages=messages):
        raise flooded(wait)


def message_of(chat: Chat, call: Call, what: str, name: str = "message_id") -> Message:
    """The message a call names, or "<what> not found"."""
    if not call.text(name):
        raise bad_request("message identifier is not specified")
    found = chat.message(call.number(name))
    if found is None:
        raise bad_request(f"{what} not found")
    return found


def thread_of(chat: Chat, call: Call) -> int:
    """message_thread_id, if there is such a topic; 0 for none. The general topic has no id a bot may use."""
    if not (topic_id := call.number("message_thread_id")):
        return 0
    topic = chat.topics.get(topic_id)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    return topic_id


def reply_of(chat: Chat, call: Call) -> Message | None:
    """The message replied to, by reply_parameters or the older reply_to_message_id."""
    given = call.json_object("reply_parameters")
    raw = given.get("message_id") or call.text("reply_to_message_id")
    if not raw:
        return None
    found = chat.message(int(str(raw))) if str(raw).isdecimal() else None
    if found and not found.service:
        return found
    if given.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


# --- text ------------------------------------------------------------------------------------------------------------


def text_of(call: Call) -> Text:
    """The text of a call as the chat will show it; 400 with Telegram's words where it cannot."""
    parsed = formatted(call.text("text"), call.text("parse_mode"), call.json_objects("entities"))
    if not parsed.text:
        raise bad_request("message text is empty")
    if len(parsed.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return parsed


def caption_of(call: Call) -> Text:
    """The caption of a photo or file; it may be empty."""
    if not call.text("caption"):
        return Text("")
    parsed = formatted(call.text("caption"), call.text("parse_mode"), call.json_objects("caption_entities"))
    if len(parsed.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return parsed


def formatted(raw: str, mode: str, given: Iterable[Json] = ()) -> Text:
    """Markup or given entities → the finished text with everything Telegram finds in it."""
    try:
        text = _marked(raw.encode(errors="replace").decode(), mode.lower(), given)
    except BadText as exc:
        raise bad_request(str(exc)) from exc
    done = finish(text)
    done = Text(done.text, tuple(limited(done.entities)))
    return with_found(done, find(done.text))


def plain(raw: str) -> Text:
    """What a person typed, with what Telegram finds in it."""
    return formatted(raw, "")


def _marked(raw: str, mode: str, given: Iterable[Json]) -> Text:
    if mode == "html":
        return parse_html(raw)
    if mode in ("markdown", "markdownv2"):
        raise BadText("pactwatch writes HTML only: this server does not parse Markdown")
    if mode and mode != "none":
        raise BadText("unsupported parse_mode")
    entities: list[Entity] = from_wire(raw, given)
    return Text(raw, tuple(entities))
