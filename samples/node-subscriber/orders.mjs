// The shop's own orders, and what was handed over. Good enough for a sample only: yours are rows of your database, and the
// check below belongs in the database transaction that records the handover.
export class Orders {
  // What each order costs, in XOF.
  #costs = new Map([['order-1', 5000], ['order-2', 100_000]]);
  #handedOver = new Map(); // order → the transaction that paid for it
  #stopped = new Set(); // transactions

  // What to do about a payment.
  paid({ orderId, transactionId, amount, paidForOrder, dueAmount }) {
    if (this.#stopped.has(transactionId)) return 'it was flagged: do not hand over';
    // The amount was held against an announcement, or else is yours to check: a buyer can change it in the browser.
    // What the order got is the amount, unless the event says otherwise: the customer may have paid fees on top.
    if ((dueAmount ?? null) === null && this.#costs.get(orderId) !== (paidForOrder ?? amount)) {
      return this.#costs.has(orderId)
        ? `nobody announced this order: compare. It costs ${this.#costs.get(orderId)} XOF: do not hand over`
        : 'nobody announced this order: compare it with your own before you hand over';
    }
    if ((orderId ?? null) === null) return 'hand over what this transaction pays for';
    const first = this.#handedOver.get(orderId);
    if (first) return first === transactionId ? 'handed over before' : `handed over for ${first} before: ask a person`;
    this.#handedOver.set(orderId, transactionId);
    return 'hand over the goods';
  }

  // What to do about a flagged payment. It may have been paid before: what a flag says comes later and counts.
  flagged({ transactionId }) {
    this.#stopped.add(transactionId);
    return [...this.#handedOver.values()].includes(transactionId) ? 'stop, and take back what was handed over' : 'do not hand over';
  }
}
