"""Sending, editing, removing, forwarding: what works, and Telegram's words for what does not."""

import json

import pytest

from bot.demo.botapi.calls import Call
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat, User
from tests.botapi.client import Client

pytestmark = pytest.mark.anyio


def _keyboard(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


async def test_a_post_comes_back_as_the_channel_shows_it(server: BotApiServer, client: Client, channel: Chat) -> None:
    html = '#JSAP <b>India</b> <a href="https://example.org">news</a>'
    sent = await client.ok(
        "sendMessage",
        chat_id="@pactwatch",
        text=html,
        parse_mode="HTML",
        disable_notification=True,
        link_preview_options={"is_disabled": True},
        reply_markup=_keyboard(url="https://Example.org"),
    )
    assert sent["text"] == "#JSAP India news"
    assert [e["type"] for e in sent["entities"]] == ["hashtag", "bold", "text_link"]
    assert sent["sender_chat"]["id"] == channel.id
    assert sent["reply_markup"] == _keyboard(url="https://example.org/")
    assert [m.silent for m in server.messages(channel)] == [True]


async def test_message_ids_rise_by_one_and_service_messages_take_one(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    first = await client.ok("sendMessage", chat_id=channel.id, text="a")
    await client.ok("pinChatMessage", chat_id=channel.id, message_id=first["message_id"])
    second = await client.ok("sendMessage", chat_id=channel.id, text="b")
    assert (first["message_id"], second["message_id"]) == (1, 3)
    assert [m.id for m in server.messages(channel)] == [1, 3]
    chat = await client.ok("getChat", chat_id=channel.id)
    assert chat["pinned_message"]["message_id"] == 1


TEXTS = [
    ("", "HTML", "message text is empty"),
    (" \n ", "", "message text is empty"),
    ("<b> </b>", "HTML", "message text is empty"),
    ("x" * 4097, "", "message is too long"),
    ("<p>x", "HTML", 'can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
    ("x", "Wiki", "unsupported parse_mode"),
]


@pytest.mark.parametrize(("text", "mode", "reason"), TEXTS)
async def test_texts_that_cannot_be_sent(client: Client, channel: Chat, text: str, mode: str, reason: str) -> None:
    assert await client.error("sendMessage", chat_id=channel.id, text=text, parse_mode=mode) == f"Bad Request: {reason}"


async def test_the_limit_counts_characters_after_parsing(client: Client, channel: Chat) -> None:
    assert await client.ok("sendMessage", chat_id=channel.id, text=f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert await client.ok("sendMessage", chat_id=channel.id, text="&lt;" * 4096, parse_mode="HTML")


BUTTONS = [
    ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
    ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
    ({"callback_data": "भ" * 22}, "BUTTON_DATA_INVALID"),
    ({"url": "javascript:1"}, "Wrong HTTP URL"),
    ({"url": "news"}, "Wrong HTTP URL"),
    ({"url": "ftp://example.org"}, "Unsupported URL protocol"),
    ({}, "Text buttons are unallowed in the inline keyboard"),
]


@pytest.mark.parametrize(("button", "reason"), BUTTONS)
async def test_a_bad_button_fails_the_whole_message(
    server: BotApiServer, client: Client, channel: Chat, button: dict[str, object], reason: str
) -> None:
    said = await client.error("sendMessage", chat_id=channel.id, text="x", reply_markup=_keyboard(**button))
    assert said.startswith("Bad Request: ")
    assert said.endswith(reason)
    assert server.messages(channel) == []


async def test_a_channel_shows_no_reply_keyboard(client: Client, channel: Chat, asha: User) -> None:
    keyboard = {"keyboard": [[{"text": "x"}]]}
    assert await client.ok("sendMessage", chat_id=asha.id, text="x", reply_markup=keyboard)
    said = await client.error("sendMessage", chat_id=channel.id, text="x", reply_markup=keyboard)
    assert said == "Bad Request: inline keyboard expected"


# --- who may be written to -------------------------------------------------------------------------------------------


async def _refusal(client: Client, chat_id: object) -> tuple[int, str]:
    answer = await client.raw("sendMessage", chat_id=chat_id, text="x")
    return answer["error_code"], answer["description"]


async def test_chats_that_are_not_there(client: Client) -> None:
    assert await _refusal(client, "") == (400, "Bad Request: chat_id is empty")
    assert await _refusal(client, 7) == (400, "Bad Request: chat not found")
    assert await _refusal(client, "@nobody") == (400, "Bad Request: chat not found")


async def test_people_must_start_the_bot_and_may_block_it(server: BotApiServer, client: Client) -> None:
    reader = server.add_user(7)
    assert await _refusal(client, 7) == (403, "Forbidden: bot can't initiate conversation with a user")
    server.user_starts(reader)
    assert await client.ok("sendMessage", chat_id=7, text="hello")
    server.user_blocks(reader)
    assert (await client.ok("getChat", chat_id=7))["type"] == "private"
    assert await _refusal(client, 7) == (403, "Forbidden: bot was blocked by the user")
    server.user_sends(reader, None, "I am back")
    assert await client.ok("sendMessage", chat_id=7, text="hello again")
    reader.deactivated = True
    assert await _refusal(client, 7) == (403, "Forbidden: user is deactivated")


async def test_a_channel_wants_an_administrator(server: BotApiServer, client: Client, channel: Chat) -> None:
    server.set_bot(channel, "administrator", ["can_edit_messages"])
    assert await _refusal(client, channel.id) == (400, "Bad Request: need administrator rights in the channel chat")
    server.set_bot(channel, "kicked")
    assert await _refusal(client, channel.id) == (403, "Forbidden: bot was kicked from the channel chat")


async def test_a_group_may_silence_remove_or_delete(server: BotApiServer, client: Client) -> None:
    group = server.add_group(-5, kind="group")
    server.set_bot(group, "restricted")
    refused = "Bad Request: not enough rights to send text messages to the chat"
    assert await _refusal(client, group.id) == (400, refused)
    server.set_bot(group, "left")
    assert await _refusal(client, group.id) == (403, "Forbidden: bot is not a member of the group chat")
    server.set_bot(group, "member")
    group.gone = True
    assert await _refusal(client, group.id) == (403, "Forbidden: the group chat was deleted")


async def test_a_group_that_became_a_supergroup_names_its_new_id(server: BotApiServer, client: Client) -> None:
    group = server.add_group(-5, kind="group")
    server.migrate(group, -1005)
    answer = await client.raw("sendMessage", chat_id=-5, text="x")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -1005},
    }
    assert await client.ok("sendMessage", chat_id=-1005, text="x")


# --- replies and topics ----------------------------------------------------------------------------------------------


async def test_a_reply_needs_its_message_unless_it_may_go_without(client: Client, channel: Chat) -> None:
    first = await client.ok("sendMessage", chat_id=channel.id, text="a")
    to_it = {"message_id": first["message_id"]}
    reply = await client.ok("sendMessage", chat_id=channel.id, text="b", reply_parameters=to_it)
    assert reply["reply_to_message"]["text"] == "a"
    gone = {"message_id": 99}
    said = await client.error("sendMessage", chat_id=channel.id, text="c", reply_parameters=gone)
    assert said == "Bad Request: message to be replied not found"
    anyway = {**gone, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await client.ok(
        "sendMessage", chat_id=channel.id, text="c", reply_parameters=anyway
    )


async def test_a_topic_is_written_to_until_it_is_deleted(server: BotApiServer, client: Client, group: Chat) -> None:
    topic = (await client.ok("createForumTopic", chat_id=group.id, name="Defence"))["message_thread_id"]
    sent = await client.ok("sendMessage", chat_id=group.id, text="a", message_thread_id=topic)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    server.delete_topic(group, topic)
    said = await client.error("sendMessage", chat_id=group.id, text="b", message_thread_id=topic)
    assert said == "Bad Request: message thread not found"
    assert server.messages(group) == []


async def test_topics_are_for_forums_and_those_who_may(server: BotApiServer, client: Client) -> None:
    plain, forum = server.add_group(-6), server.add_group(-7, is_forum=True)
    assert await client.error("createForumTopic", chat_id=plain.id, name="x") == "Bad Request: the chat is not a forum"
    said = await client.error("createForumTopic", chat_id=forum.id, name="x")
    assert said == "Bad Request: not enough rights to create a topic"


# --- edits -----------------------------------------------------------------------------------------------------------


async def test_an_edit_changes_the_message_and_takes_the_buttons_it_does_not_repeat(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    sent = await client.ok("sendMessage", chat_id=channel.id, text="a", reply_markup=_keyboard(callback_data="1"))
    edited = await client.ok("editMessageText", chat_id=channel.id, message_id=sent["message_id"], text="b")
    assert (edited["text"], "reply_markup" in edited, edited["edit_date"] > 0) == ("b", False, True)
    assert [old.text for old in server.messages(channel)[0].edits] == ["a"]


async def test_an_edit_that_changes_nothing_is_an_error(client: Client, channel: Chat) -> None:
    message = {"chat_id": channel.id, "message_id": 1, "reply_markup": _keyboard(callback_data="1")}
    await client.ok("sendMessage", chat_id=channel.id, text="a", reply_markup=message["reply_markup"])
    wanted = (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as "
        "a current content and reply markup of the message"
    )
    assert await client.error("editMessageText", text="<b></b>a", parse_mode="HTML", **message) == wanted
    assert await client.error("editMessageReplyMarkup", **message) == wanted


async def test_only_ones_own_text_can_be_edited(server: BotApiServer, client: Client, asha: User) -> None:
    theirs = server.user_sends(asha, None, "hello")
    chat = {"chat_id": asha.id}
    assert (
        await client.error("editMessageText", text="x", message_id=99, **chat)
        == "Bad Request: message to edit not found"
    )
    said = await client.error("editMessageText", text="x", message_id=theirs.id, **chat)
    assert said == "Bad Request: message can't be edited"
    said = await client.error("editMessageText", text="x", **chat)
    assert said == "Bad Request: message identifier is not specified"
    photo = await client.http.post("sendPhoto", data={"chat_id": "42"}, files={"photo": ("a.png", b"\x89PNG...")})
    picture = photo.json()["result"]["message_id"]
    said = await client.error("editMessageText", text="x", message_id=picture, **chat)
    assert said == "Bad Request: there is no text in the message to edit"
    edited = await client.ok("editMessageCaption", caption="<i>c</i>", parse_mode="HTML", message_id=picture, **chat)
    assert (edited["caption"], edited["caption_entities"][0]["type"]) == ("c", "italic")


# --- pictures and files ----------------------------------------------------------------------------------------------


async def test_a_caption_has_its_own_limit_and_a_file_id_can_be_sent_again(client: Client, channel: Chat) -> None:
    data, files = {"chat_id": str(channel.id)}, {"document": ("plan.csv", b"a,b\n", "text/csv")}
    sent = (await client.http.post("sendDocument", data=data, files=files)).json()["result"]
    assert sent["document"]["file_name"] == "plan.csv"
    again = {"chat_id": channel.id, "document": sent["document"]["file_id"]}
    assert await client.ok("sendDocument", caption="x" * 1024, **again)
    said = await client.error("sendDocument", caption="x" * 1025, **again)
    assert said == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("wide", "high", "more", "wanted"),
    [
        (1200, 9000, 0, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (100, 2001, 0, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (
            1200,
            800,
            10_485_760,
            "Bad Request: file of size 10485784 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
        (1200, 8800, 0, None),
    ],
)
async def test_a_picture_has_limits(
    client: Client, channel: Chat, wide: int, high: int, more: int, wanted: str | None
) -> None:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + wide.to_bytes(4, "big") + high.to_bytes(4, "big")
    files = {"photo": ("a.png", head + b"x" * more)}
    answer = await client.http.post("sendPhoto", data={"chat_id": str(channel.id)}, files=files)
    assert answer.json().get("description") == wanted


async def test_what_is_no_picture_is_refused(client: Client, channel: Chat) -> None:
    data = {"chat_id": str(channel.id)}
    answer = await client.http.post("sendPhoto", data=data, files={"photo": ("a.png", b"text")})
    assert answer.json()["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    assert (await client.error("sendPhoto", **data)) == "Bad Request: there is no photo in the request"


# --- forwarding, copying, deleting, pinning --------------------------------------------------------------------------


async def test_forwarding_shows_the_whole_message_or_that_there_is_none(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    log = server.add_group(-8)
    await client.ok("sendMessage", chat_id=channel.id, text="<b>a</b>", parse_mode="HTML")
    probe = {"chat_id": log.id, "from_chat_id": channel.id, "disable_notification": True}
    seen = await client.ok("forwardMessage", message_id=1, **probe)
    assert (seen["text"], seen["entities"][0]["type"]) == ("a", "bold")
    assert (seen["forward_origin"]["type"], seen["forward_origin"]["message_id"]) == ("channel", 1)
    assert await client.error("forwardMessage", message_id=2, **probe) == "Bad Request: message to forward not found"
    await client.ok("sendMessage", chat_id=channel.id, text="b", protect_content=True)
    await client.ok("pinChatMessage", chat_id=channel.id, message_id=1)
    for hidden in (2, 3):
        said = await client.error("forwardMessage", message_id=hidden, **probe)
        assert said == "Bad Request: the message can't be forwarded"


async def test_a_copy_is_a_new_message_with_buttons_of_its_own(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    log = server.add_group(-8)
    await client.ok("sendMessage", chat_id=channel.id, text="a", reply_markup=_keyboard(callback_data="1"))
    copied = await client.ok("copyMessage", chat_id=log.id, from_chat_id=channel.id, message_id=1)
    assert copied == {"message_id": 1}
    assert [(m.text, m.buttons, m.origin) for m in server.messages(log)] == [("a", [], None)]


async def test_deleting(server: BotApiServer, client: Client, channel: Chat, group: Chat, asha: User) -> None:
    await client.ok("sendMessage", chat_id=channel.id, text="a")
    assert await client.ok("deleteMessage", chat_id=channel.id, message_id=1)
    assert server.messages(channel) == []
    said = await client.error("deleteMessage", chat_id=channel.id, message_id=1)
    assert said == "Bad Request: message to delete not found"
    theirs = server.user_sends(asha, group, "hello")
    said = await client.error("deleteMessage", chat_id=group.id, message_id=theirs.id)
    assert said == "Bad Request: message can't be deleted"


async def test_pinning_needs_the_right(server: BotApiServer, client: Client) -> None:
    group = server.add_group(-8)
    await client.ok("sendMessage", chat_id=group.id, text="a")
    said = await client.error("pinChatMessage", chat_id=group.id, message_id=1)
    assert said == "Bad Request: not enough rights to manage pinned messages in the chat"
    server.set_bot(group, "administrator", ["pin_messages"])
    assert await client.ok("pinChatMessage", chat_id=group.id, message_id=1)
    assert await client.ok("unpinChatMessage", chat_id=group.id)
    assert group.pinned == []


# --- members ---------------------------------------------------------------------------------------------------------


async def test_members_and_administrators(server: BotApiServer, client: Client, group: Chat, asha: User) -> None:
    server.add_member(group, asha, "creator")
    me = await client.ok("getChatMember", chat_id=group.id, user_id=server.bot.id)
    assert (me["status"], me["can_manage_topics"], me["can_delete_messages"]) == ("administrator", True, False)
    admins = await client.ok("getChatAdministrators", chat_id=group.id)
    assert {a["user"]["id"] for a in admins} == {asha.id, server.bot.id}
    stranger = server.add_user(8)
    assert (await client.ok("getChatMember", chat_id=group.id, user_id=stranger.id))["status"] == "left"
    said = await client.error("getChatAdministrators", chat_id=asha.id)
    assert said == "Bad Request: there are no administrators in the private chat"


# --- presses, inline queries, commands -------------------------------------------------------------------------------


async def test_a_press_is_answered_once(server: BotApiServer, client: Client, channel: Chat, asha: User) -> None:
    await client.ok("sendMessage", chat_id=channel.id, text="a", reply_markup=_keyboard(callback_data="why:1"))
    message = server.messages(channel)[0]
    press = server.user_presses(asha, message, "why:1")
    assert await client.ok("answerCallbackQuery", callback_query_id=press.id, text="because", show_alert=True)
    assert (press.text, press.alert) == ("because", True)
    stale = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await client.error("answerCallbackQuery", callback_query_id=press.id) == stale
    with pytest.raises(LookupError):
        server.user_presses(asha, message, "why:2")
    assert server.user_presses(asha, message, "why:2", forged=True).data == "why:2"


async def test_inline_answers_are_checked(server: BotApiServer, client: Client, asha: User) -> None:
    query = server.user_inline_query(asha, "defence")

    def article(key: str, text: str = "<b>x</b>") -> dict[str, object]:
        return {
            "type": "article",
            "id": key,
            "title": "t",
            "input_message_content": {"message_text": text, "parse_mode": "HTML"},
        }

    async def said(*results: dict[str, object]) -> str:
        return await client.error("answerInlineQuery", inline_query_id=query.id, results=list(results))

    assert await said(article("1"), article("1")) == "Bad Request: RESULT_ID_DUPLICATE"
    assert await said(*[article(str(n)) for n in range(51)]) == "Bad Request: RESULTS_TOO_MUCH"
    assert "can't parse entities" in await said(article("1", "<p>"))
    assert await client.ok("answerInlineQuery", inline_query_id=query.id, results=[article("1")], next_offset="2")
    assert [r["id"] for r in query.results] == ["1"]


async def test_a_message_sent_through_the_bot_is_edited_by_its_inline_id(
    server: BotApiServer, client: Client, group: Chat, asha: User
) -> None:
    query = server.user_inline_query(asha, "defence")
    content = {"message_text": "<b>a</b>", "parse_mode": "HTML"}
    result = {"type": "article", "id": "1", "title": "t", "input_message_content": content}
    result["reply_markup"] = _keyboard(callback_data="why:1")
    await client.ok("answerInlineQuery", inline_query_id=query.id, results=[result])
    message = server.user_chooses(asha, query, "1", group)
    server.user_presses(asha, message, "why:1")
    update = (await client.ok("getUpdates"))[-1]["callback_query"]
    assert "message" not in update
    assert await client.ok("editMessageText", inline_message_id=update["inline_message_id"], text="because") is True
    assert (message.text, message.buttons) == ("because", [])
    said = await client.error("editMessageText", inline_message_id="nobody's", text="x")
    assert said == "Bad Request: MESSAGE_ID_INVALID"


async def test_commands_are_kept_per_scope_and_language(server: BotApiServer, client: Client) -> None:
    commands = [{"command": "latest", "description": "Newest reports"}]
    scope = {"type": "all_private_chats"}
    assert await client.ok("setMyCommands", commands=commands, scope=scope, language_code="it")
    assert server.commands("all_private_chats", "it") == commands
    assert await client.ok("getMyCommands") == []
    bad = [{"command": "Latest!", "description": "x"}]
    assert await client.error("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"


async def test_a_start_payload_has_its_limits(server: BotApiServer, asha: User) -> None:
    assert server.user_starts(asha, "sub_4_2").text == "/start sub_4_2"
    for payload in ("x" * 65, "a b", "é"):
        with pytest.raises(ValueError, match="start payload"):
            server.user_starts(asha, payload)


async def test_flood_limits_answer_429_with_the_wait(client: Client) -> None:
    async with BotApiServer(token="3:x", clock=lambda: 1_000_000.0) as strict:
        strict.add_channel(-1)
        url = f"{strict.url}/bot3:x/sendMessage"
        answers = [(await client.http.post(url, data={"chat_id": "-1", "text": "x"})).json() for _ in range(4)]
    assert [a["ok"] for a in answers] == [True, True, True, False]
    assert answers[3]["parameters"] == {"retry_after": 1}
    assert (len(strict.messages(-1)), strict.violations) == (3, [])


async def test_a_call_keeps_no_token(server: BotApiServer) -> None:
    assert server.token not in json.dumps(Call("getMe", {}).params) + repr(server.calls)
