import amqp from 'amqplib';
import { HandledEvents } from './handled-events.mjs';
import { Orders } from './orders.mjs';

const url = process.env.KKIAEVENTS_AMQP_URL;
if (!url) {
  console.error('KKIAEVENTS_AMQP_URL is missing. Example: amqp://user:password@localhost:5672/kkiaevents');
  process.exit(78);
}

const queue = process.env.KKIAEVENTS_QUEUE ?? 'node-subscriber';
const events = ['OrderPaid', 'OrderPaymentFailed', 'OrderPaymentFlagged', 'OrderRefunded'];
// A merchant's own user binds its queue to the exchange of the same name, which gets that merchant's events alone.
const sources = process.env.KKIAEVENTS_MERCHANT ? [queue] : events.map((event) => `KkiaEvents.Contracts:${event}`);
const handled = new HandledEvents();
const orders = new Orders();
let connection;
let stopping = false;

// Order ids and details hold text from outside: escape whatever could forge a line or steer the terminal.
function printable(line) {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => `\\u${found.codePointAt(0).toString(16).padStart(4, '0')}`);
}

// Your own work goes here. When it throws, the message goes back to the queue.
async function handle(type, event) {
  console.log(printable(`${type} order=${event.orderId ?? '-'} transaction=${event.transactionId ?? '-'} event=${event.eventId} ${what(type, event)}`));
}

function what(type, event) {
  switch (type) {
    case 'OrderPaid':
      return `${event.amount} ${event.currency}: ${orders.paid(event)}`;
    case 'OrderPaymentFailed':
      return `${event.failureCode}: ${event.customerMessage.en}`;
    case 'OrderPaymentFlagged':
      return `${event.reason}: ${orders.flagged(event)}. ${event.detail}`;
    case 'OrderRefunded':
      return `${event.amount} ${event.currency} given back`;
    default:
      return 'not known here: ignored';
  }
}

async function take(channel, delivery) {
  let id;
  try {
    // MassTransit's envelope: the event under `message`, its type as urn:message:KkiaEvents.Contracts:OrderPaid.
    const { message, messageType } = JSON.parse(delivery.content.toString('utf8'));
    if (handled.tryAdd(message.eventId)) {
      id = message.eventId;
      await handle(messageType[0].split(':').at(-1), message);
    }
    channel.ack(delivery);
  } catch (error) {
    console.error(printable(`not handled, back to the queue: ${error.message}`));
    handled.forget(id);
    channel.nack(delivery);
  }
}

async function subscribe() {
  connection = await amqp.connect(url, { clientProperties: { connection_name: queue }, timeout: 5000 });
  connection.on('error', (error) => console.error(printable(`broker: ${error.message}`)));
  const closed = new Promise((resolve) => connection.once('close', resolve));

  const channel = await connection.createChannel();
  channel.on('error', (error) => {
    console.error(printable(`channel: ${error.message}`));
    connection.close().catch(() => {});
  });
  // What fails 20 times waits in a queue of its own for a person; without it, RabbitMQ would drop it.
  const dead = `${queue}-dead`;
  await channel.assertExchange(dead, 'fanout', { durable: true });
  await channel.assertQueue(dead, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(dead, dead, '');
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': 20,
      // An exchange of its own: by the default one a service could write to every queue, so its user may not use it.
      'x-dead-letter-exchange': dead,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  });
  // They are there since KkiaEvents started for the first time.
  for (const source of sources) await channel.bindQueue(queue, source, '');
  await channel.prefetch(16);
  await channel.consume(queue, (delivery) => {
    // null: the queue was deleted. Connecting again declares it again.
    if (delivery) take(channel, delivery);
    else connection.close().catch(() => {});
  });
  console.log('subscribed');
  await closed;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    stopping = true;
    await connection?.close().catch(() => {});
    process.exit(0);
  });
}

while (!stopping) {
  try {
    await subscribe();
  } catch (error) {
    console.error(printable(`broker: ${error.message}`));
    await connection?.close().catch(() => {});
  }
  if (!stopping) await new Promise((resolve) => setTimeout(resolve, 1000));
}
