import json
import os
import signal
import sys
import time

import pika
import pika.exceptions

from handled_events import HandledEvents
from orders import Orders

URL = os.environ.get("KKIAEVENTS_AMQP_URL")
if not URL:
    sys.exit("KKIAEVENTS_AMQP_URL is missing. Example: amqp://user:password@localhost:5672/kkiaevents")

QUEUE = os.environ.get("KKIAEVENTS_QUEUE", "python-subscriber")
EVENTS = ["OrderPaid", "OrderPaymentFailed", "OrderPaymentFlagged", "OrderRefunded"]
# A merchant's own user binds its queue to the exchange of the same name, which gets that merchant's events alone.
SOURCES = [QUEUE] if os.environ.get("KKIAEVENTS_MERCHANT") else [f"KkiaEvents.Contracts:{event}" for event in EVENTS]
handled = HandledEvents()
orders = Orders()


def printable(line):
    """Order ids and details hold text from outside: escapes whatever could forge a line or steer the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


def handle(kind, event):
    """Your own work goes here. When it raises, the message goes back to the queue."""
    print(printable(f"{kind} order={event.get('orderId') or '-'} transaction={event.get('transactionId') or '-'} event={event['eventId']} {what(kind, event)}"), flush=True)


def what(kind, event):
    if kind == "OrderPaid":
        return f"{event['amount']} {event['currency']}: {orders.paid(event)}"
    if kind == "OrderPaymentFailed":
        return f"{event['failureCode']}: {event['customerMessage']['en']}"
    if kind == "OrderPaymentFlagged":
        return f"{event['reason']}: {orders.flagged(event)}. {event['detail']}"
    if kind == "OrderRefunded":
        return f"{event['amount']} {event['currency']} given back"
    return "not known here: ignored"


def take(channel, method, _properties, body):
    event_id = None
    try:
        # MassTransit's envelope: the event under `message`, its type as urn:message:KkiaEvents.Contracts:OrderPaid.
        envelope = json.loads(body)
        event = envelope["message"]
        if handled.try_add(event["eventId"]):
            event_id = event["eventId"]
            handle(envelope["messageType"][0].split(":")[-1], event)
        channel.basic_ack(method.delivery_tag)
    except Exception as error:  # whatever it is, the message must not be lost
        print(printable(f"not handled, back to the queue: {error!r}"), file=sys.stderr)
        handled.forget(event_id)
        channel.basic_nack(method.delivery_tag)


def subscribe():
    with pika.BlockingConnection(pika.URLParameters(URL)) as connection:
        channel = connection.channel()
        # What fails 20 times waits in a queue of its own for a person; without it, RabbitMQ would drop it.
        dead = f"{QUEUE}-dead"
        channel.exchange_declare(dead, "fanout", durable=True)
        channel.queue_declare(dead, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(dead, dead)
        channel.queue_declare(QUEUE, durable=True, arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": 20,
            # An exchange of its own: by the default one a service could write to every queue, so its user may not use it.
            "x-dead-letter-exchange": dead,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        })
        # They are there since KkiaEvents started for the first time.
        for source in SOURCES:
            channel.queue_bind(QUEUE, source)
        channel.basic_qos(prefetch_count=16)
        channel.basic_consume(QUEUE, take)
        print("subscribed", flush=True)
        channel.start_consuming()


def stop(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, stop)
while True:
    try:
        subscribe()
    except KeyboardInterrupt:
        break
    except (pika.exceptions.AMQPError, OSError) as error:
        print(printable(f"broker: {error!r}"), file=sys.stderr)
    time.sleep(1)
