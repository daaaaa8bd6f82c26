"""Owns the methods about the bot: who it is, its commands, its webhook, answers to presses and inline queries.

Each function marked `@method` is the Bot API method of its name (https://core.telegram.org/bots/api#available-methods).
"""

import re

from bot.demo.botapi.calls import Call, bad_request
from bot.demo.botapi.entities import Text
from bot.demo.botapi.methods import Api, InlineQuery, formatted, method
from bot.demo.botapi.wire import me_json
from bot.demo.botapi.world import Json

SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
SCOPES |= {"chat", "chat_administrators", "chat_member"}
MAX_RESULTS = 50


@method
def get_me(api: Api, _call: Call) -> Json:
    return me_json(api.world.bot)


@method
def log_out(_api: Api, _call: Call) -> bool:
    return True


@method
def close(_api: Api, _call: Call) -> bool:
    return True


@method
def set_webhook(api: Api, call: Call) -> bool:
    return api.updates.set_webhook(call)


@method
def delete_webhook(api: Api, call: Call) -> bool:
    only = {"drop_pending_updates": call.text("drop_pending_updates")}
    return api.updates.set_webhook(Call(call.method, only))


@method
def get_webhook_info(api: Api, _call: Call) -> Json:
    return api.updates.webhook_info()


# --- commands and profile --------------------------------------------------------------------------------------------


@method
def set_my_commands(api: Api, call: Call) -> bool:
    commands = call.json("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse BotCommand: an Array is expected")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    api.commands[_scope(call)] = [_command(one) for one in commands]
    return True


@method
def get_my_commands(api: Api, call: Call) -> list[Json]:
    return api.commands.get(_scope(call), [])


@method
def delete_my_commands(api: Api, call: Call) -> bool:
    api.commands.pop(_scope(call), None)
    return True


def _scope(call: Call) -> tuple[str, str]:
    scope = call.json_object("scope")
    kind = str(scope.get("type", "default"))
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    language = call.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return ":".join([kind, *(str(scope[k]) for k in ("chat_id", "user_id") if k in scope)]), language


def _command(one: object) -> Json:
    if not isinstance(one, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = str(one.get("command", "")).removeprefix("/"), str(one.get("description", ""))
    if not re.fullmatch("[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _profile(name: str, key: str, limit: int) -> None:
    def put(api: Api, call: Call) -> bool:
        if len(call.text(key)) > limit:
            raise bad_request(f"bot {name} is too long")
        api.profile[name, call.text("language_code")] = call.text(key)
        return True

    def get(api: Api, call: Call) -> Json:
        return {key: api.profile.get((name, call.text("language_code")), "")}

    put.__name__, get.__name__ = f"set_my_{key}", f"get_my_{key}"
    method(put)
    method(get)


_profile("name", "name", 64)
_profile("description", "description", 512)
_profile("short description", "short_description", 120)


# --- presses and inline queries --------------------------------------------------------------------------------------


@method
def answer_callback_query(api: Api, call: Call) -> bool:
    query = api.callbacks.get(call.text("callback_query_id"))
    if query is None or query.answered:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered, query.text = True, call.text("text")
    query.alert, query.url = call.flag("show_alert"), call.text("url")
    api.world.changed()
    return True


@method
def answer_inline_query(api: Api, call: Call) -> bool:
    query = api.inline.get(call.text("inline_query_id"))
    if query is None or query.answered:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    results = call.json("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results: expected an Array")
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    checked = [_result(one) for one in results]
    if len({one["id"] for one in checked}) < len(checked):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(call.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.answered, query.results, query.next_offset = True, checked, call.text("next_offset")
    query.button = call.json_object("button") or None
    api.world.changed()
    return True


def _result(one: object) -> Json:
    if not isinstance(one, dict) or not 1 <= len(str(one.get("id", "")).encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if one.get("type") == "article":
        if not one.get("title"):
            raise bad_request("can't parse inline query result: title is empty")
        content = one.get("input_message_content")
        if not isinstance(content, dict) or not content.get("message_text"):
            raise bad_request("message text is empty")
        formatted(str(content["message_text"]), str(content.get("parse_mode", "")))
    return one


def chosen_content(query: InlineQuery, result_id: str) -> tuple[Text, Json | None]:
    """What a result of an inline query puts into a chat: its text and keyboard; LookupError where it holds none."""
    for result in query.results:
        content, markup = result.get("input_message_content"), result.get("reply_markup")
        if result["id"] == result_id and isinstance(content, dict):
            body = formatted(str(content["message_text"]), str(content.get("parse_mode", "")))
            return body, markup if isinstance(markup, dict) else None
    raise LookupError(f"no result {result_id!r} with a text among {[r['id'] for r in query.results]}")
