"""A real name server on the loopback, over UDP: what it holds, what it keeps quiet."""

from collections.abc import Mapping
from socketserver import BaseRequestHandler, ThreadingUDPServer
from threading import Thread
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class DnsZone:
    """`with DnsZone({name: [texts]}) as zone: …`. A name mapped to None is never answered; one
    mapped to a `dns.rcode` is answered with it; an unknown one does not exist."""

    def __init__(self, records: Mapping[str, list[str] | int | None]) -> None:
        self.records = dict(records)
        self.asked: list[str] = []
        zone = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                content, socket = self.request
                if answer := zone.answer(dns.message.from_wire(content)):
                    socket.sendto(answer.to_wire(), self.client_address)

        self._server = ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1#{self._server.server_address[1]}"

    def answer(self, question: dns.message.Message) -> dns.message.Message | None:
        name = question.question[0].name
        key = name.to_text(omit_final_dot=True)
        self.asked.append(key)
        held = self.records.get(key, dns.rcode.NXDOMAIN)
        if held is None:
            return None
        response = dns.message.make_response(question)
        response.flags |= dns.flags.RA
        if isinstance(held, int):
            response.set_rcode(held)
        elif held:
            # A TXT record is cut into strings of 255 bytes, as a 2,048-bit key must be.
            rows = (
                " ".join(f'"{text[n : n + 255]}"' for n in range(0, len(text), 255))
                for text in held
            )
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *rows))
        return response

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
