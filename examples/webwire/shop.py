# The WAMP side of WebwireShop.java: answers what WebWire clients ask, and publishes what they are told.
# python shop.py [ws://127.0.0.1:8080/ws]
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

PRICES = {"apple": 65, "pear": 80}


class Shop(ApplicationSession):
    async def onJoin(self, details):
        await self.register(self.price, "com.example.shop.price")
        print("the shop is open", flush=True)

    def price(self, item):
        # Topics that begin with webwire. go to WebWire clients as signals.
        self.publish("webwire.news", f"somebody looks at the {item}")
        return f"{PRICES[item]} cents"

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8080/ws", "realm1").run(Shop)
