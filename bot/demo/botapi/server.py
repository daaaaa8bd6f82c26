"""Owns the stand-in as a whole: starts it, lets people act in it, shows what the bot did.

    async with BotApiServer() as server:
        channel = server.add_channel(-1001, title="Pact watch", username="pactwatch")
        ...                                  # a bot with base_url=f"{server.url}/bot" and token=server.token
        await server.wait_for(lambda: server.messages(channel))

Everything lives in one event loop and one process; nothing is written to disk. Times come from `clock`.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterable
from types import TracebackType
from typing import Self, TypeVar

from bot.demo.botapi import methods_chat
from bot.demo.botapi.calls import Call
from bot.demo.botapi.dispatch import Dispatcher
from bot.demo.botapi.faults import Faults
from bot.demo.botapi.http import HttpServer
from bot.demo.botapi.limits import Flood, Limits, Violation
from bot.demo.botapi.methods import Api, CallbackQuery, InlineQuery, plain
from bot.demo.botapi.methods_bot import chosen_content
from bot.demo.botapi.updates import Updates
from bot.demo.botapi.wire import bot_moved_json, message_json, user_json
from bot.demo.botapi.world import CHANNEL_RIGHTS, GROUP_RIGHTS, Chat, Json, Member, Message, User, World, rights

T = TypeVar("T")
TOKEN = "700000001:stand-in-of-the-bot-api"  # noqa: S105  opens nothing but this stand-in


class BotApiServer:
    """The Bot API on a loopback port, for one bot.

    `limits=None` switches the flood limits off. `clock` (seconds since 1970) dates messages and runs the limits, so
    that a test may turn it by hand. `faults`, `calls` and `violations` are for tests.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "pactwatch_bot",
        limits: Limits | None = Limits(),  # noqa: B008  frozen
        clock: Callable[[], float] = time.time,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_retry_s: float = 1.0,
    ) -> None:
        self.token = token
        self.url = ""
        self.bot = User(int(token.partition(":")[0]), "pactwatch", username=username, is_bot=True)
        self.world = World(self.bot, clock, self._changed)
        self._clock, self._host, self._port, self._webhook_retry_s = clock, host, port, webhook_retry_s
        self._api = Api(self.world, Updates(self._changed), Flood(limits, clock))
        self._dispatcher = Dispatcher(token, self._api, clock, self._changed)
        self._http = HttpServer(self._dispatcher.answer)
        self._delivery: asyncio.Task[None] | None = None
        self._waiting: set[asyncio.Event] = set()
        self._queries = 0

    async def __aenter__(self) -> Self:
        self._port = await self._http.start(self._host, self._port)
        self.url = f"http://{self._host}:{self._port}"
        self._delivery = asyncio.create_task(self._api.updates.deliver(self._clock, self._webhook_retry_s))
        return self

    async def go_down(self) -> None:
        """Refuse connections until `come_back`, as while Telegram or the network is down; what waited is cut off."""
        await self._http.stop()

    async def come_back(self) -> None:
        """Listen again on the same port, with everything as it was."""
        await self._http.start(self._host, self._port)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.stop()
        await self._dispatcher.stop()
        if self._delivery:
            self._delivery.cancel()
            await asyncio.gather(self._delivery, return_exceptions=True)

    # --- who and where -----------------------------------------------------------------------------------------------

    def add_user(self, user_id: int, *, first_name: str = "", language_code: str = "en", started: bool = False) -> User:
        """A person. A bot may write to them only once they `started` it (or wrote to it)."""
        name = first_name or f"reader {user_id}"
        return self.world.add_user(User(user_id, name, language_code, started=started))

    def add_channel(
        self,
        chat_id: int,
        *,
        title: str = "Channel",
        username: str = "",
        bot_rights: Collection[str] | None = CHANNEL_RIGHTS,
    ) -> Chat:
        """A channel (id below -1000000000000, as the real ones) with the bot as administrator; None: not in it."""
        chat = Chat(chat_id, "channel", title, username)
        return self._with_bot(chat, None if bot_rights is None else rights("administrator", bot_rights))

    def add_group(
        self,
        chat_id: int,
        *,
        title: str = "Group",
        username: str = "",
        kind: str = "supergroup",
        is_forum: bool = False,
        bot_rights: Collection[str] | None = None,
    ) -> Chat:
        """A supergroup (or kind="group") with the bot as a plain member, or administrator with `bot_rights`."""
        member = Member("member") if bot_rights is None else rights("administrator", bot_rights)
        return self._with_bot(Chat(chat_id, kind, title, username, is_forum), member)

    def add_member(self, chat: Chat, user: User, status: str = "member") -> None:
        """Somebody belongs to the chat: as creator, administrator (of everything) or member; the bot is not told."""
        chat.members[user.id] = rights(status, (*CHANNEL_RIGHTS, *GROUP_RIGHTS) if status == "administrator" else ())

    def set_bot(self, chat: Chat, status: str, bot_rights: Collection[str] = (), by: User | None = None) -> None:
        """The bot is promoted, restricted, removed ("left") or banned ("kicked"); it gets a my_chat_member update."""
        change = (chat.member(self.bot), rights(status, bot_rights))
        chat.members[self.bot.id] = change[1]
        self._update("my_chat_member", bot_moved_json(self.bot, chat, by or self._somebody(), self._now(), change))
        self._changed()

    def migrate(self, group: Chat, new_id: int) -> Chat:
        """A group becomes a supergroup under a new id, as when its owner turns on something only those have."""
        new = self.add_group(new_id, title=group.title)
        new.members = dict(group.members)
        group.migrated_to = new_id
        for chat, what in ((group, {"migrate_to_chat_id": new_id}), (new, {"migrate_from_chat_id": group.id})):
            note = self.world.put_service(chat, self._somebody(), dict(what))
            self._update("message", message_json(note))
        return new

    def delete_topic(self, chat: Chat, topic_id: int) -> None:
        """An administrator deletes a topic with everything in it."""
        methods_chat.remove_topic(chat, chat.topics[topic_id])
        self._changed()

    # --- what people do ----------------------------------------------------------------------------------------------

    def user_sends(
        self, user: User, chat: Chat | None, text: str, *, reply_to: Message | None = None, topic: int = 0
    ) -> Message:
        """Somebody writes (chat None: to the bot). The bot gets an update if it would: not of everything in groups."""
        chat = chat or self.private(user)
        if chat.peer:
            user.started, user.blocks_bot = True, False
        sender = None if chat.type == "channel" else user
        message = self.world.put(chat, sender, plain(text), reply_to=reply_to, topic=topic)
        if self._reads(chat, message):
            self._update("channel_post" if chat.type == "channel" else "message", message_json(message))
        return message

    def user_starts(self, user: User, payload: str = "") -> Message:
        """Somebody opens t.me/<bot>?start=<payload> and presses Start; ValueError where no such link can be."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise ValueError(f"not a start payload: {payload!r} (at most 64 of A-Z, a-z, 0-9, _ and -)")
        return self.user_sends(user, None, f"/start {payload}".strip())

    def user_edits(self, message: Message, text: str) -> None:
        """Somebody changes what they wrote."""
        message.edits.append(message.body)
        message.body, message.edited = plain(text), self._now()
        if self._reads(message.chat, message):
            kind = "edited_channel_post" if message.chat.type == "channel" else "edited_message"
            self._update(kind, message_json(message))
        self._changed()

    def user_deletes(self, message: Message) -> None:
        """Somebody with the right to it deletes a message; bots are not told."""
        message.deleted = True
        self._changed()

    def user_presses(self, user: User, message: Message, callback_data: str, *, forged: bool = False) -> CallbackQuery:
        """Somebody presses a button; LookupError where there is none with this data, unless `forged` by their app."""
        data = [button.get("callback_data") for row in message.buttons for button in row]
        if callback_data not in data and not forged:
            raise LookupError(f"message {message.id} has no button {callback_data!r}, only {data}")
        query = CallbackQuery(self._query_id(), message, callback_data)
        self._api.callbacks[query.id] = query
        what: Json = {"id": query.id, "from": user_json(user), "chat_instance": str(message.chat.id)}
        where: Json = (
            {"inline_message_id": message.inline_id} if message.inline_id else {"message": message_json(message)}
        )
        self._update("callback_query", {**what, **where, "data": callback_data})
        return query

    def user_inline_query(self, user: User, text: str, offset: str = "") -> InlineQuery:
        """Somebody types `@bot text` in any chat; the answer appears in the query returned."""
        query = InlineQuery(self._query_id(), text, offset)
        self._api.inline[query.id] = query
        self._update("inline_query", {"id": query.id, "from": user_json(user), "query": text, "offset": offset})
        return query

    def user_chooses(self, user: User, query: InlineQuery, result_id: str, chat: Chat) -> Message:
        """Somebody sends one of the results of an inline query to a chat; the bot hears of it only by later presses."""
        body, markup = chosen_content(query, result_id)
        return self.world.put(chat, user, body, markup=markup, inline_id=f"inline-{query.id}" if markup else "")

    def user_blocks(self, user: User, *, blocks: bool = True) -> None:
        """Somebody blocks the bot, or lets it in again."""
        user.blocks_bot, user.started = blocks, True
        change = (Member("member"), Member("kicked")) if blocks else (Member("kicked"), Member("member"))
        self._update("my_chat_member", bot_moved_json(self.bot, self.private(user), user, self._now(), change))

    # --- what came of it ---------------------------------------------------------------------------------------------

    def private(self, user: User) -> Chat:
        """The chat of a person with the bot."""
        return self.world.chats[user.id]

    def chat(self, chat_id: int) -> Chat:
        """A chat by its id."""
        return self.world.chats[chat_id]

    def messages(self, chat: Chat | User | int, *, everything: bool = False) -> list[Message]:
        """Messages in order, without deleted and service ones unless `everything`."""
        found = self.world.chats[chat if isinstance(chat, int) else chat.id].history.values()
        return [m for m in found if everything or not (m.deleted or m.service)]

    def commands(self, scope: str = "default", language: str = "") -> list[Json]:
        """What setMyCommands left behind; scope as "default", "all_private_chats", "chat:123", "chat_member:1:2"."""
        return self._api.commands.get((scope, language), [])

    @property
    def faults(self) -> Faults:
        """Where a test orders what goes wrong."""
        return self._dispatcher.faults

    @property
    def calls(self) -> list[Call]:
        """Every call in order, also those still under way."""
        return self._dispatcher.calls

    @property
    def violations(self) -> list[Violation]:
        """Each time the bot wrote to a chat before a 429's wait was over."""
        return self._api.flood.violations

    @property
    def pending_updates(self) -> int:
        """Updates the bot has not confirmed."""
        return len(self._api.updates.pending)

    @property
    def polling(self) -> bool:
        """Is a getUpdates waiting for news right now?"""
        return self._api.updates.polling

    def calls_of(self, method: str, chat: Chat | None = None) -> list[Call]:
        """Calls of one method so far, in order."""
        same = (c for c in self.calls if c.method.lower() == method.lower())
        return [c for c in same if chat is None or c.chat == chat.id]

    async def wait_for(self, predicate: Callable[[], T], *, timeout: float = 10.0) -> T:  # noqa: ASYNC109
        """Wait until `predicate` gives something true, and give that; it is asked again after every change here."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(timeout):
                while not (value := predicate()):
                    await event.wait()
                    event.clear()
        except TimeoutError:
            last = [f"{c.method} {c.outcome} {c.description}" for c in self.calls[-5:]]
            raise TimeoutError(f"not within {timeout} s; the last calls were {last}") from None
        finally:
            self._waiting.discard(event)
        return value

    # --- small things ------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        for event in self._waiting:
            event.set()

    def _update(self, kind: str, what: Json) -> None:
        self._api.updates.add(kind, what)

    def _reads(self, chat: Chat, message: Message) -> bool:
        """In groups a bot that is no administrator gets commands, mentions and replies to itself alone."""
        me = chat.member(self.bot)
        if not me.is_in or not chat.is_group or me.is_admin:
            return me.is_in and (chat.type != "channel" or me.is_admin)
        to_me = message.reply_to is not None and message.reply_to.by_bot
        mentions: Iterable[str] = (e.type for e in message.body.entities)
        return to_me or "bot_command" in mentions or f"@{self.bot.username}" in message.text

    def _somebody(self) -> User:
        return next((u for u in self.world.users.values() if not u.is_bot), User(1, "owner"))

    def _with_bot(self, chat: Chat, member: Member | None) -> Chat:
        chat.members[self.bot.id] = member or Member("left")
        return self.world.add_chat(chat)

    def _now(self) -> int:
        return int(self._clock())

    def _query_id(self) -> str:
        self._queries += 1
        return str(4_000_000_000 + self._queries)
