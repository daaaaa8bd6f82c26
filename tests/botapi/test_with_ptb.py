"""python-telegram-bot itself as the client: it starts, polls, sends, edits, presses, and meets its error classes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, InlineQueryHandler

from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat, User

pytestmark = pytest.mark.anyio
App = Application[Any, Any, Any, Any, Any, Any]
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Why?", callback_data="why:1")]])


def _application(server: BotApiServer, token: str = "") -> App:
    return Application.builder().token(token or server.token).base_url(f"{server.url}/bot").build()


@pytest.fixture
async def app(server: BotApiServer) -> AsyncIterator[App]:
    app = _application(server)
    async with app:
        yield app


async def _start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message
    words = " ".join(context.args or [])
    await update.effective_message.reply_html(f"hello <b>{words}</b>", reply_markup=BUTTONS)


async def _why(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query
    await update.callback_query.answer("looking")
    await update.callback_query.edit_message_text("because")


async def _inline(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.inline_query
    await update.inline_query.answer([])


async def test_an_application_polls_answers_edits_and_stops(server: BotApiServer, app: App, asha: User) -> None:
    app.add_handler(CommandHandler("start", _start))
    app.add_handler(CallbackQueryHandler(_why))
    app.add_handler(InlineQueryHandler(_inline))
    assert app.updater
    await app.updater.start_polling()
    await app.start()
    server.user_starts(asha, "c_4_2")
    (answer,) = await server.wait_for(lambda: [m for m in server.messages(asha) if m.by_bot])
    assert (answer.text, answer.entities) == ("hello c_4_2", [{"offset": 6, "length": 5, "type": "bold"}])
    press = server.user_presses(asha, answer, "why:1")
    query = server.user_inline_query(asha, "defence")
    await server.wait_for(lambda: press.answered and answer.edited and query.answered)
    assert (press.text, answer.text, answer.buttons) == ("looking", "because", [])
    await app.updater.stop()
    await app.stop()
    assert server.pending_updates == 0


async def test_a_post_with_everything_on_it(server: BotApiServer, app: App, channel: Chat) -> None:
    first = await app.bot.send_message(channel.id, "first")
    post = await app.bot.send_message(
        "@pactwatch",
        '<a href="https://example.org/a">Headline</a> #JSAP',
        parse_mode=ParseMode.HTML,
        reply_markup=BUTTONS,
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(first.message_id),
    )
    assert post.reply_to_message
    assert (post.text, post.reply_to_message.text, post.sender_chat and post.sender_chat.id) == (
        "Headline #JSAP",
        "first",
        channel.id,
    )
    assert [e.type for e in post.entities] == ["text_link", "hashtag"]
    edited = await app.bot.edit_message_text("changed", channel.id, post.message_id, reply_markup=BUTTONS)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("changed", BUTTONS)
    picture = await app.bot.send_photo(channel.id, b"\x89PNG\r\n\x1a\n....", caption="The week")
    assert picture.photo[0].file_size == 12
    assert len(server.messages(channel)) == 3


async def test_chats_members_and_topics_are_understood(server: BotApiServer, app: App, group: Chat, asha: User) -> None:
    server.add_member(group, asha, "creator")
    assert (await app.bot.get_chat(group.id)).is_forum
    assert {m.status for m in await app.bot.get_chat_administrators(group.id)} == {"creator", "administrator"}
    topic = await app.bot.create_forum_topic(group.id, "Defence")
    sent = await app.bot.send_message(group.id, "x", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    copy = await app.bot.copy_message(asha.id, group.id, sent.message_id)
    forwarded = await app.bot.forward_message(asha.id, group.id, sent.message_id)
    assert forwarded.message_id == copy.message_id + 1
    assert await app.bot.pin_chat_message(group.id, sent.message_id)
    assert await app.bot.send_chat_action(group.id, "typing")
    assert await app.bot.set_my_commands([BotCommand("latest", "Newest")], language_code="it")
    assert [c.command for c in await app.bot.get_my_commands(language_code="it")] == ["latest"]
    assert (await app.bot.get_webhook_info()).url == ""
    assert await app.bot.leave_chat(group.id)


# PTB 22 warns that retry_after will be a timedelta one day.
@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
async def test_errors_arrive_as_the_classes_of_the_library(
    server: BotApiServer, app: App, channel: Chat, asha: User
) -> None:
    old = server.add_group(-5, kind="group")
    server.migrate(old, -1005)
    server.user_blocks(asha)
    server.faults.add("flood", chat=channel.id, retry_after=3)
    with pytest.raises(RetryAfter):
        await app.bot.send_message(channel.id, "x")
    with pytest.raises(BadRequest, match="an't parse entities"):
        await app.bot.send_message(channel.id, "<p>", parse_mode="HTML")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await app.bot.send_message(asha.id, "x")
    with pytest.raises(ChatMigrated) as moved:
        await app.bot.send_message(old.id, "x")
    assert moved.value.new_chat_id == -1005


async def test_lost_answers_arrive_as_network_errors(server: BotApiServer, app: App, group: Chat) -> None:
    server.faults.add("status", code=502, effect=True)
    server.faults.add("reset", effect=True)
    server.faults.add("timeout", effect=True)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await app.bot.send_message(group.id, "x")
    with pytest.raises(TimedOut):
        await app.bot.send_message(group.id, "x", read_timeout=0.2)
    assert len(server.messages(group)) == 3


async def test_a_wrong_token_and_a_second_poller_are_told_apart(server: BotApiServer, app: App) -> None:
    stranger = _application(server, "1:wrong").bot
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    await app.bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict):
        await app.bot.get_updates()
