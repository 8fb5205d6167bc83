# The shop's own orders, and what was handed over. Good enough for a sample only: yours are rows of your database, and the
# check below belongs in the database transaction that records the handover.
class Orders:
    def __init__(self):
        self._costs = {"order-1": 5000, "order-2": 100_000}  # what each order costs, in XOF
        self._handed_over = {}  # order -> the transaction that paid for it
        self._stopped = set()  # transactions

    def paid(self, event):
        """What to do about a payment."""
        order, transaction = event.get("orderId"), event["transactionId"]
        if transaction in self._stopped:
            return "it was flagged: do not hand over"
        # The amount was held against an announcement, or else is yours to check: a buyer can change it in the browser.
        # What the order got is the amount, unless the event says otherwise: the customer may have paid fees on top.
        got = event["amount"] if event.get("paidForOrder") is None else event["paidForOrder"]
        if event.get("dueAmount") is None and self._costs.get(order) != got:
            if order in self._costs:
                return f"nobody announced this order: compare. It costs {self._costs[order]} XOF: do not hand over"
            return "nobody announced this order: compare it with your own before you hand over"
        if order is None:
            return "hand over what this transaction pays for"
        first = self._handed_over.setdefault(order, transaction)
        if first != transaction:
            return f"handed over for {first} before: ask a person"
        return "hand over the goods"

    def flagged(self, event):
        """What to do about a flagged payment. It may have been paid before: what a flag says comes later and counts."""
        self._stopped.add(event["transactionId"])
        if event["transactionId"] in self._handed_over.values():
            return "stop, and take back what was handed over"
        return "do not hand over"
