# hello.py
import asyncio

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession


class Hello(ApplicationSession):
    async def onJoin(self, details):
        print("2 + 3 =", await self.call("com.example.add", 2, 3))
        self.publish("com.example.news", "hello from Python")
        self.leave()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner("ws://127.0.0.1:8080/ws", "realm1").run(Hello)
