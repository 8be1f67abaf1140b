using System.IO.Pipelines;
using System.Net;
using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>What a pool does with its connections and with those who wait, on a reactor whose time and whose peers are the test's.</summary>
[TestFixture]
internal sealed class PoolTests
{
    private const string Hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    [Test]
    public void AConnectionIsUsedAgain()
    {
        using var conversation = new ClientConversation();
        var first = conversation.Fetch();
        var connection = conversation.Accept();
        Assert.That(conversation.Sent(), Is.EqualTo("GET / HTTP/1.1\r\nHost: 127.0.0.1:81\r\n\r\n"));
        conversation.Send(connection, Hi);
        Assert.That(ClientConversation.Now(first), Does.StartWith("200"));
        var second = conversation.Fetch(ClientConversation.Get("/second?a=b"));
        Assert.That(conversation.Sent(), Does.StartWith("GET /second?a=b HTTP/1.1\r\n"));
        conversation.Send(connection, Hi);
        Assert.That(ClientConversation.Now(second), Does.StartWith("200"));
        var statistics = conversation.Pool.Statistics;
        Assert.That((statistics.Requests, statistics.Connects, statistics.Reuses, statistics.Waits, statistics.Idle), Is.EqualTo((2L, 1L, 1L, 1L, 1)));
    }

    [Test]
    public void ThoseWhoWaitAreServedInOrder()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1 });
        var fetches = Enumerable.Range(0, 5).Select(i => conversation.Fetch(ClientConversation.Get($"/{i}"))).ToArray();
        var connection = conversation.Accept();
        Assert.That(conversation.Reactor.Connecting, Is.Empty, "one may be opened");
        for (var i = 0; i < 5; i++)
        {
            Assert.That(conversation.Sent(), Does.StartWith($"GET /{i} "));
            Assert.That(conversation.Pool.Statistics.Waiting, Is.EqualTo(4 - i));
            conversation.Send(connection, Hi);
            Assert.That(fetches[i].IsCompleted);
        }
    }

    [Test]
    public void AFullLineTurnsAwayAndSaysWhy()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1, MaxWaiters = 2 });
        var first = conversation.Fetch();
        var connection = conversation.Accept();
        var second = conversation.Fetch();
        var third = conversation.Fetch();
        var refused = Assert.ThrowsAsync<HttpRequestException>(async () => await conversation.Host.FetchAsync(ClientConversation.Get()))!;
        Assert.That(refused.HttpRequestError, Is.EqualTo(HttpRequestError.ConfigurationLimitExceeded));
        Assert.That(refused.Message, Does.Contain("1 of at most 1 connections are busy, 0 are being opened, 2 requests wait"));
        for (var i = 0; i < 3; i++)
        {
            conversation.Sent();
            conversation.Send(connection, Hi);
        }
        Assert.That((ClientConversation.Now(first), ClientConversation.Now(second), ClientConversation.Now(third)), Is.EqualTo((ClientConversation.Now(first), ClientConversation.Now(first), ClientConversation.Now(first))));
    }

    [Test]
    public void AStaleConnectionCostsNothing()
    {
        using var conversation = new ClientConversation();
        var stale = Open(conversation);
        var fetch = conversation.Fetch();
        conversation.Sent();
        conversation.Reactor.FinishPeer(stale);
        Assert.That(conversation.Sent(), Is.Empty);
        var connection = conversation.Accept();
        Assert.That(conversation.Sent(), Does.StartWith("GET / "), "it is sent again");
        conversation.Send(connection, Hi);
        Assert.That(ClientConversation.Now(fetch), Does.StartWith("200"));
        Assert.That(conversation.Pool.Statistics.Retries, Is.EqualTo(1));
    }

    [Test]
    public void OnlyWhatMayBeSentTwiceIsSentTwice()
    {
        using var conversation = new ClientConversation();
        Assert.That(Outcome("POST", afterByte: false), Is.EqualTo("ResponseEnded"), "nobody knows whether it arrived");
        Assert.That(Outcome("PUT", afterByte: true), Is.EqualTo("ResponseEnded"), "an answer had begun");
        Assert.That(Outcome("PUT", afterByte: false, isFresh: true), Is.EqualTo("ResponseEnded"), "the connection was not stale");
        Assert.That(conversation.Pool.Statistics.Retries, Is.Zero);

        string Outcome(string method, bool afterByte, bool isFresh = false)
        {
            var connection = isFresh ? null : Open(conversation);
            var fetch = conversation.Fetch(new HttpClientRequest(new HttpMethod(method), "/"));
            connection ??= conversation.Accept();
            conversation.Sent();
            if (afterByte) conversation.Send(connection, "H");
            conversation.Reactor.End(connection, CloseReason.PeerReset);
            return ClientConversation.Now(fetch);
        }
    }

    [Test]
    public void ASilentServerEndsByALimit()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { HeadersTimeout = TimeSpan.FromSeconds(5), RequestTimeout = TimeSpan.FromSeconds(8) });
        var silent = conversation.Fetch();
        conversation.Accept();
        conversation.Sent();
        conversation.Reactor.Pass(4_999);
        Assert.That(silent.IsCompleted, Is.False);
        conversation.Reactor.Pass(1);
        Assert.That(ClientConversation.Now(silent), Is.EqualTo(nameof(TimeoutException)));
        conversation.Reactor.EndEnding();

        var slow = conversation.Fetch();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Reactor.Pass(4_000);
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh");
        conversation.Reactor.Pass(3_999);
        Assert.That(slow.IsCompleted, Is.False, "the head came in time");
        conversation.Reactor.Pass(1);
        Assert.That(ClientConversation.Now(slow), Is.EqualTo(nameof(TimeoutException)));
    }

    [Test]
    public void IdleConnectionsAreClosedInTime()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { IdleConnectionTimeout = TimeSpan.FromSeconds(10), ConnectionLifetime = TimeSpan.FromSeconds(15) });
        var first = Open(conversation);
        conversation.Reactor.Pass(9_999);
        Assert.That(first.IsOpen);
        var fetch = conversation.Fetch();
        conversation.Sent();
        conversation.Send(first, Hi);
        Assert.That(fetch.IsCompleted);
        conversation.Reactor.Pass(5_000);
        Assert.That(first.IsOpen, Is.True, "one millisecond is left of its life");
        conversation.Reactor.Pass(1);
        Assert.That(first.IsOpen, Is.False, "it has reached its age");
        conversation.Reactor.EndEnding();

        var second = Open(conversation);
        conversation.Reactor.Pass(10_000);
        Assert.That(second.IsOpen, Is.False, "nobody has used it");
        conversation.Reactor.EndEnding();
        Assert.That(ClientConversation.Left(conversation.Pool), Is.EqualTo((0, 0, 0, 0, 0)));
    }

    [Test]
    public void IdleConnectionsBeyondTheLimitsAreClosed()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxIdleConnectionsPerHost = 2, MaxIdleConnections = 3 });
        var other = conversation.Pool.GetHost("http://127.0.0.1:82");
        var fetches = Enumerable.Range(0, 4).Select(_ => conversation.Fetch()).Concat(Enumerable.Range(0, 3).Select(_ => other.FetchAsync(ClientConversation.Get()).AsTask().ContinueWith(static task =>
        {
            task.Result.Dispose();
            return "";
        }, TaskContinuationOptions.ExecuteSynchronously))).ToArray();
        foreach (var connection in Enumerable.Range(0, 7).Select(_ => conversation.Accept()).ToArray())
        {
            conversation.Sent();
            conversation.Send(connection, Hi);
        }
        Assert.That(fetches.All(static fetch => fetch.IsCompleted));
        Assert.That(conversation.Pool.Statistics.Idle, Is.EqualTo(3), "two and one");
    }

    [Test]
    public void WhatComesUnaskedEndsTheConnection()
    {
        using var conversation = new ClientConversation();
        var connection = Open(conversation);
        conversation.Send(connection, Hi);
        Assert.That(connection.IsOpen, Is.False);
        Assert.That(conversation.Pool.Statistics.Idle, Is.Zero);
    }

    [Test]
    public void CancelledWhileItWaitsItLeavesTheLine()
    {
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1 });
        using var cancellation = new CancellationTokenSource();
        var first = conversation.Fetch();
        var second = conversation.Fetch(ClientConversation.Get("/second"), cancellation.Token);
        var third = conversation.Fetch(ClientConversation.Get("/third"));
        var connection = conversation.Accept();
        conversation.Sent();
        cancellation.Cancel();
        conversation.Reactor.RunPosted();
        Assert.That(ClientConversation.Now(second), Is.EqualTo(nameof(OperationCanceledException)));
        conversation.Send(connection, Hi);
        Assert.That(conversation.Sent(), Does.StartWith("GET /third "));
        conversation.Send(connection, Hi);
        Assert.That((first.IsCompleted, third.IsCompleted), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task CancelledUnderWayItEndsTheConnection()
    {
        using var conversation = new ClientConversation();
        using var cancellation = new CancellationTokenSource();
        var fetch = conversation.Fetch(null, cancellation.Token);
        var connection = conversation.Accept();
        conversation.Sent();
        cancellation.Cancel();
        conversation.Reactor.RunPosted();
        Assert.That(await fetch, Is.EqualTo(nameof(OperationCanceledException)));
        Assert.That(connection.IsOpen, Is.False, "its answer would be taken for the next request's");

        using var readCancellation = new CancellationTokenSource();
        var send = conversation.Host.SendAsync(ClientConversation.Get()).AsTask();
        connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
        using var response = await send;
        var buffer = new byte[100];
        Assert.That(await response.ReadAsync(buffer), Is.EqualTo(4));
        var read = response.ReadAsync(buffer, readCancellation.Token).AsTask();
        readCancellation.Cancel();
        conversation.Reactor.RunPosted();
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(connection.IsOpen, Is.False);
        Assert.That(async () => await response.ReadAsync(buffer), Throws.InstanceOf<OperationCanceledException>(), "and stays ended");
        Assert.That(async () => await conversation.Host.FetchAsync(ClientConversation.Get(), cancellation.Token), Throws.InstanceOf<OperationCanceledException>(), "before it began");
    }

    [Test]
    public async Task ABodyThatNobodyReadsHoldsTheServerBack()
    {
        using var conversation = new ClientConversation();
        var send = conversation.Host.SendAsync(ClientConversation.Get()).AsTask();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
        using var response = await send;
        Assert.That(response.ContentLength, Is.EqualTo(200_000));
        var piece = new string('x', 20_000);
        for (var i = 0; i < 4; i++) conversation.Send(connection, piece);
        Assert.That(connection._wantsReceive, Is.False, "more than 64 KiB wait");
        var buffer = new byte[30_000];
        await response.ReadAsync(buffer);
        Assert.That(connection._wantsReceive, Is.False);
        await response.ReadAsync(buffer);
        Assert.That(connection._wantsReceive, Is.True, "less than half of it is left");
        for (var i = 0; i < 6; i++) conversation.Send(connection, piece);
        var total = 60_000;
        while (await response.ReadAsync(buffer) is > 0 and var count) total += count;
        Assert.That(total, Is.EqualTo(200_000));
        Assert.That(conversation.Pool.Statistics.Idle, Is.EqualTo(1));
    }

    [Test]
    public async Task AResponseDisposedOfEarlyCostsItsConnectionUnlessLittleIsLeft()
    {
        using var conversation = new ClientConversation();
        var connection = await Abandoned("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
        Assert.That(connection.IsOpen, "sixteen bytes are soon read");
        conversation.Send(connection, "0123456789012345");
        Assert.That(conversation.Pool.Statistics.Idle, Is.EqualTo(1));
        conversation.Reactor.End(connection, CloseReason.PeerReset);

        connection = await Abandoned("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nhalf");
        Assert.That(connection.IsOpen, Is.False);

        connection = await Abandoned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
        Assert.That(connection.IsOpen, "its end may be near");
        for (var i = 0; i < 70 && connection.IsOpen; i++) conversation.Send(connection, "400\r\n" + new string('x', 1024) + "\r\n");
        Assert.That(connection.IsOpen, Is.False, "it was not");

        connection = await Abandoned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        conversation.Reactor.Pass(2_000);
        Assert.That(connection.IsOpen, Is.False, "nor soon");
        Assert.That(conversation.Pool.Statistics.Exchanges, Is.Zero);

        async Task<Connection> Abandoned(string bytes)
        {
            var send = conversation.Host.SendAsync(ClientConversation.Get()).AsTask();
            var connection = conversation.Accept();
            conversation.Sent();
            conversation.Send(connection, bytes);
            (await send).Dispose();
            return connection;
        }
    }

    [Test]
    public async Task AHandleThatIsKeptThrows()
    {
        using var conversation = new ClientConversation();
        var send = conversation.Host.SendAsync(ClientConversation.Get()).AsTask();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, Hi);
        var response = await send;
        Assert.That(Encoding.ASCII.GetString(response.Body), Is.EqualTo("hi"));
        response.Dispose();
        response.Dispose();
        Assert.That(() => response.Status, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => response.ReadAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => default(HttpClientResponse).Status, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task DisposedOfWhileAReadWaitsTheReadFails()
    {
        using var conversation = new ClientConversation();
        var send = conversation.Host.SendAsync(ClientConversation.Get()).AsTask();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        var response = await send;
        var read = response.ReadAsync(new byte[10]).AsTask();
        response.Dispose();
        Assert.That(async () => await read, Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public void AnAnswerBeforeTheRequestHasBeenSentWaitsForTheBodysMemory()
    {
        using var conversation = new ClientConversation();
        var request = new HttpClientRequest(HttpMethod.Post, "/");
        request.SetBody(new byte[5_000]);
        var fetch = conversation.Fetch(request);
        var connection = conversation.Accept();
        conversation.Send(connection, Hi);
        Assert.That(fetch.IsCompleted, Is.False, "the kernel may still read the body");
        Assert.That(conversation.Sent(), Does.StartWith("POST / HTTP/1.1\r\nHost: 127.0.0.1:81\r\nContent-Length: 5000\r\n\r\n"));
        Assert.That(ClientConversation.Now(fetch), Does.StartWith("200"));
        Assert.That(conversation.Pool.Statistics.Idle, Is.EqualTo(1));
    }

    [Test]
    public async Task ABodyThatIsReadIsSentAsItComes()
    {
        using var conversation = new ClientConversation();
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline));
        var request = new HttpClientRequest(HttpMethod.Post, "/");
        request.SetBody(pipe.Reader);
        var fetch = conversation.Fetch(request);
        var connection = conversation.Accept();
        Assert.That(conversation.Sent(), Is.EqualTo("POST / HTTP/1.1\r\nHost: 127.0.0.1:81\r\nTransfer-Encoding: chunked\r\n\r\n"));
        await pipe.Writer.WriteAsync("hello, world"u8.ToArray());
        Assert.That(conversation.Sent(), Is.EqualTo("c\r\nhello, world\r\n"));
        await pipe.Writer.CompleteAsync();
        Assert.That(conversation.Sent(), Is.EqualTo("0\r\n\r\n"));
        conversation.Send(connection, Hi);
        Assert.That(await fetch, Does.StartWith("200"));
        Assert.That(conversation.Pool.Statistics.Idle, Is.EqualTo(1));
    }

    [Test]
    public void ABodyThatIsNotAsLongAsAnnouncedEndsTheConnection([Values(3, 5)] int length)
    {
        using var conversation = new ClientConversation();
        var request = new HttpClientRequest(HttpMethod.Post, "/");
        request.SetBody(new MemoryStream([1, 2, 3, 4]), length);
        var send = conversation.Host.FetchAsync(request).AsTask();
        var connection = conversation.Accept();
        conversation.Sent();
        Assert.That(async () => await send, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(connection.IsOpen, Is.False);
    }

    [Test]
    public void AnEarlyAnswerEndsABodyThatIsStillRead()
    {
        using var conversation = new ClientConversation();
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline));
        var request = new HttpClientRequest(HttpMethod.Post, "/");
        request.SetBody(pipe.Reader);
        var fetch = conversation.Fetch(request);
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
        Assert.That(ClientConversation.Now(fetch), Does.StartWith("413"));
        Assert.That(connection.IsOpen, Is.False, "the rest of the request would be read as another");
        Assert.That(pipe.Writer.FlushAsync().Result.IsCompleted, "whoever writes the body is told");
    }

    [Test]
    public void AddressesAreTriedSideBySide()
    {
        var options = new HttpConnectionPoolOptions
        {
            Resolve = static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("::1"), IPAddress.Parse("::2"), IPAddress.Parse("10.0.0.1")]),
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };
        using var conversation = new ClientConversation(options, "http://several.example");
        var fetch = conversation.Fetch();
        Assert.That(Tried(), Is.EqualTo(new[] { "::1" }));
        conversation.Reactor.Pass(249);
        Assert.That(Tried(), Has.Length.EqualTo(1));
        conversation.Reactor.Pass(1);
        Assert.That(Tried(), Is.EqualTo(new[] { "::1", "10.0.0.1" }), "the other family is next");
        conversation.Reactor.End(conversation.Reactor.Connecting[1].Connection, CloseReason.ConnectFailed);
        Assert.That(Tried(), Is.EqualTo(new[] { "::1", "10.0.0.1", "::2" }), "a failure is no reason to wait");
        var winner = conversation.Reactor.Connecting[2].Connection;
        conversation.Reactor.Open(winner);
        Assert.That(conversation.Reactor.Connecting[0].Connection._state, Is.EqualTo(ConnectionState.Terminating), "the others are given up");
        Assert.That(conversation.Sent(), Does.Contain("Host: several.example\r\n"));
        conversation.Send(winner, Hi);
        Assert.That(ClientConversation.Now(fetch), Does.StartWith("200"));
        conversation.Reactor.EndEnding();

        conversation.Reactor.Connecting.Clear();
        conversation.Reactor.End(winner, CloseReason.PeerReset);
        var late = conversation.Fetch();
        for (var i = 0; i < 7; i++) conversation.Reactor.Pass(250);
        Assert.That(late.IsCompleted, Is.False);
        conversation.Reactor.Pass(250);
        Assert.That(ClientConversation.Now(late), Is.EqualTo(nameof(TimeoutException)));

        string[] Tried() => [.. conversation.Reactor.Connecting.Select(static tried => ((IPEndPoint)tried.Remote).Address.ToString())];
    }

    [Test]
    public void AHostThatCantBeReachedSaysSo()
    {
        var options = new HttpConnectionPoolOptions { Resolve = static (name, _) => name == "none.example" ? Task.FromResult<IPAddress[]>([]) : Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };
        using var conversation = new ClientConversation(options, "http://none.example");
        Assert.That(ClientConversation.Now(conversation.Fetch()), Is.EqualTo(nameof(HttpRequestError.NameResolutionError)));
        var refused = conversation.Pool.GetHost("http://one.example").FetchAsync(ClientConversation.Get()).AsTask();
        conversation.Reactor.End(conversation.Reactor.Connecting[0].Connection, CloseReason.ConnectFailed);
        var failure = Assert.ThrowsAsync<HttpRequestException>(async () => await refused)!;
        Assert.That((failure.HttpRequestError, failure.Message), Is.EqualTo((HttpRequestError.ConnectionError, failure.Message)));
        Assert.That(failure.Message, Does.StartWith("Can't connect to http://one.example/ (127.0.0.1)"));
    }

    [Test]
    public void ThePoolsEndFailsWhatIsUnderWay()
    {
        Task<string> busy, waiting, connecting;
        using (var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxConnectionsPerHost = 1 }))
        {
            Open(conversation);
            busy = conversation.Fetch();
            waiting = conversation.Fetch();
            connecting = Other(conversation);
            conversation.Sent();
        }
        Assert.That((ClientConversation.Now(busy), ClientConversation.Now(waiting), ClientConversation.Now(connecting)), Is.EqualTo((nameof(ObjectDisposedException), nameof(ObjectDisposedException), nameof(ObjectDisposedException))));

        static async Task<string> Other(ClientConversation conversation)
        {
            try
            {
                await conversation.Pool.GetHost("http://127.0.0.1:82").FetchAsync(ClientConversation.Get());
                return "";
            }
            catch (ObjectDisposedException ended)
            {
                return ended.GetType().Name;
            }
        }
    }

    [Test]
    public void RequestsThatWouldSplitAreRefused()
    {
        Assert.Multiple(() =>
        {
            foreach (var target in (string[])["", "a", "/a b", "/a\r\nX: y", "/\0", "/ä", "/#a", "*/"])
                Assert.That(() => new HttpClientRequest(HttpMethod.Get, target), Throws.ArgumentException, target);
            Assert.That(() => new HttpClientRequest(HttpMethod.Connect, "/"), Throws.ArgumentException);
            foreach (var (name, value) in ((string, string)[])[("A b", "c"), ("", "c"), ("A:", "c"), ("A", "b\r\nC: d"), ("A", "b\nc"), ("A", "\0"), ("Ä", "b"), ("Host", "a b"), ("Content-Length", "1"), ("transfer-encoding", "chunked")])
                Assert.That(() => ClientConversation.Get().AddHeader(name, value), Throws.ArgumentException, $"{name}: {value}");
        });
    }

    /// <summary>A connection that has carried a request and is idle.</summary>
    private static Connection Open(ClientConversation conversation)
    {
        var fetch = conversation.Fetch();
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, Hi);
        Assert.That(fetch.IsCompleted);
        return connection;
    }
}
