using System.Diagnostics;

namespace FastCore.Net.Http.Client;

/// <summary>Exchanges in the order they came, linked through themselves, so that one leaves from the middle at once. An exchange stands in one queue at a time.</summary>
internal struct ExchangeQueue
{
    public HttpClientExchange? First { get; private set; }

    public HttpClientExchange? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(HttpClientExchange exchange) => Insert(exchange, Last, null);

    public void AddFirst(HttpClientExchange exchange) => Insert(exchange, null, First);

    public HttpClientExchange? TakeFirst()
    {
        if (First is not { } first) return null;
        Remove(first);
        return first;
    }

    public void Remove(HttpClientExchange exchange)
    {
        Debug.Assert(Count > 0 && (exchange.Previous != null || First == exchange), "It stands in this queue.");
        if (exchange.Previous != null) exchange.Previous.Next = exchange.Next;
        else First = exchange.Next;
        if (exchange.Next != null) exchange.Next.Previous = exchange.Previous;
        else Last = exchange.Previous;
        exchange.Next = exchange.Previous = null;
        Count--;
    }

    /// <summary>Puts another in the place of one.</summary>
    public void Replace(HttpClientExchange exchange, HttpClientExchange other)
    {
        var (previous, next) = (exchange.Previous, exchange.Next);
        Remove(exchange);
        Insert(other, previous, next);
    }

    private void Insert(HttpClientExchange exchange, HttpClientExchange? previous, HttpClientExchange? next)
    {
        Debug.Assert(exchange is { Previous: null, Next: null }, "It stands in no other queue.");
        exchange.Previous = previous;
        exchange.Next = next;
        if (previous != null) previous.Next = exchange;
        else First = exchange;
        if (next != null) next.Previous = exchange;
        else Last = exchange;
        Count++;
    }
}
