using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Caching;

namespace FastCore.Net.Tests.Http.Caching;

/// <summary>What is made once and given many times, for how long, and what is not.</summary>
internal sealed class HttpResponseCacheTests
{
    private readonly Clock _clock = new();

    private readonly List<string> _made = [];

    [Test]
    public void OneAnswerIsMadeOnceAndGivenToAll()
    {
        var cache = Cache();
        using var client = Serving(cache);
        for (var i = 0; i < 3; i++) Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 1"));
        Assert.That(client.Ask("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 200 OK").And.EndWith("\r\n\r\n").And.Contain("Content-Length: 4\r\n"));
        Assert.That(Body(client.Ask(Get("/b"))), Is.EqualTo("/b 2"));
        Assert.That(cache.Statistics, Is.EqualTo(new HttpResponseCacheStatistics(Entries: 2, Bytes: 8, Made: 2, Failed: 0, Evicted: 0)));
    }

    [Test]
    public void AnAnswerIsGivenForItsLifetime()
    {
        using var client = Serving(Cache());
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 1"));
        _clock.Now += 59_999;
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 1"));
        _clock.Now += 1;
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 2"));
    }

    [Test]
    public void TheQueryIsPartOfTheTargetIfThatIsAskedFor()
    {
        using var without = Serving(Cache());
        Assert.That(Body(without.Ask(Get("/a?x=1"))), Is.EqualTo("/a 1"));
        Assert.That(Body(without.Ask(Get("/a?x=2"))), Is.EqualTo("/a 1"));
        _made.Clear();
        using var with = Serving(Cache(new() { IncludesQuery = true }));
        Assert.That(Body(with.Ask(Get("/a?x=1"))), Is.EqualTo("/a?x=1 1"));
        Assert.That(Body(with.Ask(Get("/a?x=2"))), Is.EqualTo("/a?x=2 2"));
        Assert.That(Body(with.Ask(Get("/a"))), Is.EqualTo("/a 3"));
        Assert.That(Body(with.Ask(Get("/a?"))), Is.EqualTo("/a 3"), "nothing is asked for behind the mark");
        Assert.That(Body(with.Ask(Get("/a?x=1"))), Is.EqualTo("/a?x=1 1"));
    }

    [Test]
    public void WhileItIsMadeOthersWaitForTheSame()
    {
        var made = new TaskCompletionSource<PreparedResponse>();
        var calls = 0;
        var cache = new HttpResponseCache((_, _) =>
        {
            calls++;
            return new(made.Task);
        });
        using var first = Serving(cache);
        using var second = Serving(cache);
        Assert.That(first.Ask(Get("/a")) + second.Ask(Get("/a")), Is.Empty);
        made.SetResult(Text("late"));
        Assert.That(Body(Await(second)), Is.EqualTo("late"));
        Assert.That(Body(Await(first)), Is.EqualTo("late"));
        Assert.That(calls, Is.EqualTo(1));
    }

    [Test]
    public void TheOldOneIsGivenWhileANewOneIsMade()
    {
        var next = new TaskCompletionSource<PreparedResponse>();
        var cache = Cache(new() { StaleLifetime = TimeSpan.FromSeconds(10) }, _ => _made.Count == 1 ? new(Text("old")) : new(next.Task));
        using var client = Serving(cache);
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("old"));
        _clock.Now += 69_999;
        for (var i = 0; i < 3; i++) Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("old"));
        Assert.That(_made, Has.Count.EqualTo(2));
        _clock.Now += 1;
        Assert.That(client.Ask(Get("/a")), Is.Empty, "too old now");
        next.SetResult(Text("new"));
        Assert.That(Body(Await(client)), Is.EqualTo("new"));
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("new"));
    }

    [Test]
    public void AFailureReachesWhoWaitsAndIsNotKept()
    {
        var cache = Cache(null, target => _made.Count == 1 ? throw new InvalidDataException("no") : new(Text(target)));
        using var client = Serving(cache);
        Assert.That(client.Ask(Get("/a")), Does.StartWith("HTTP/1.1 500 "));
        Assert.That(client.Errors.Single().Failure.Message, Is.EqualTo("no"));
        client.Errors.Clear();
        Assert.That(cache.Statistics, Is.EqualTo(new HttpResponseCacheStatistics(0, 0, 0, Failed: 1, 0)));
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a"));
    }

    [Test]
    public void WhatCanNotBeMadeAnewIsToldWhileTheOldOneIsGiven()
    {
        var told = new List<string>();
        var options = new HttpResponseCacheOptions { StaleLifetime = TimeSpan.FromSeconds(10), OnError = (failure, target) => told.Add($"{target}: {failure.Message}") };
        using var client = Serving(Cache(options, _ => _made.Count == 1 ? new(Text("old")) : throw new InvalidDataException("no")));
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("old"));
        _clock.Now += 60_000;
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("old"));
        Assert.That(told, Is.EqualTo(new[] { "/a: no" }));
        _clock.Now += 10_000;
        Assert.That(client.Ask(Get("/a")), Does.StartWith("HTTP/1.1 500 "));
        client.Errors.Clear();
    }

    [Test]
    public void WhoNeverMakesItIsNotWaitedForForever()
    {
        var cache = new HttpResponseCache(static (_, _) => new(new TaskCompletionSource<PreparedResponse>().Task), new() { MakeTimeout = TimeSpan.FromMilliseconds(1) });
        using var client = Serving(cache);
        client.Send(Get("/a"));
        Assert.That(Await(client), Does.StartWith("HTTP/1.1 500 "));
        Assert.That(client.Errors.Single().Failure, Is.InstanceOf<TimeoutException>());
        client.Errors.Clear();
    }

    [Test]
    public void NoMoreAreMadeAtATimeThanIsAllowed()
    {
        var made = new TaskCompletionSource<PreparedResponse>();
        var cache = Cache(new() { MaxMakings = 1 }, target => target == "/slow" ? new(made.Task) : new(Text("quick")));
        using var slow = Serving(cache);
        using var other = Serving(cache);
        Assert.That(slow.Ask(Get("/slow")), Is.Empty);
        Assert.That(other.Ask(Get("/quick")), Does.StartWith("HTTP/1.1 503 ").And.Contain("Retry-After: 1\r\n"));
        made.SetResult(Text("late"));
        Assert.That(Body(Await(slow)), Is.EqualTo("late"));
        Assert.That(Body(other.Ask(Get("/quick"))), Is.EqualTo("quick"));
        Assert.That(_made, Is.EqualTo(new[] { "/slow", "/quick" }));
    }

    [Test]
    public void RefusalsAndWhatIsTooLargeAreGivenAndNotKept()
    {
        var cache = Cache(new() { MaxBytes = 10 }, target => new(target == "/missing" ? PreparedResponse.Create(404, default, "") : Text(new string('a', 11))));
        using var client = Serving(cache);
        for (var i = 0; i < 2; i++) Assert.That(client.Ask(Get("/missing")), Does.StartWith("HTTP/1.1 404 "));
        for (var i = 0; i < 2; i++) Assert.That(Body(client.Ask(Get("/large"))), Is.EqualTo("aaaaaaaaaaa"));
        Assert.That(cache.Statistics, Is.EqualTo(new HttpResponseCacheStatistics(0, 0, Made: 4, 0, 0)));
    }

    [Test]
    public void WhereThereIsNoRoomWhatWasNotAskedForLatelyGoes([Values] bool byBytes)
    {
        var cache = Cache(byBytes ? new() { MaxBytes = 12 } : new() { MaxEntries = 3 });
        using var client = Serving(cache);
        foreach (var path in "abc")
        {
            client.Ask(Get($"/{path}"));
            _clock.Now += 1000;
        }
        client.Ask(Get("/a"));
        _clock.Now += 1000;
        client.Ask(Get("/d"));
        Assert.That(cache.Statistics, Is.EqualTo(new HttpResponseCacheStatistics(3, 12, 4, 0, Evicted: 1)));
        foreach (var path in "acd") client.Ask(Get($"/{path}"));
        Assert.That(_made, Has.Count.EqualTo(4), "all but /b are there");
        client.Ask(Get("/b"));
        Assert.That(_made[^1], Is.EqualTo("/b"));
    }

    [Test]
    public void WhatWasForgottenIsMadeAnew([Values] bool all)
    {
        var cache = Cache();
        using var client = Serving(cache);
        Assert.That(cache.Remove("/a"), Is.False);
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 1"));
        if (all) cache.Clear();
        else Assert.That(cache.Remove("/a"), Is.True);
        Assert.That(cache.Statistics.Entries, Is.Zero);
        Assert.That(Body(client.Ask(Get("/a"))), Is.EqualTo("/a 2"));
    }

    [Test]
    public void WhatIsMadeWhileItIsForgottenIsNotKept([Values] bool all)
    {
        TaskCompletionSource<PreparedResponse>[] makings = [new(), new()];
        var cache = Cache(null, _ => new(makings[_made.Count - 1].Task));
        using var early = Serving(cache);
        using var late = Serving(cache);
        Assert.That(early.Ask(Get("/a")), Is.Empty);
        if (all) cache.Clear();
        else Assert.That(cache.Remove("/a"), Is.True);
        Assert.That(late.Ask(Get("/a")), Is.Empty, "it does not get what was begun before");
        makings[1].SetResult(Text("after"));
        makings[0].SetResult(Text("before"));
        Assert.That(Body(Await(early)), Is.EqualTo("before"));
        Assert.That(Body(Await(late)), Is.EqualTo("after"));
        Assert.That(Body(early.Ask(Get("/a"))), Is.EqualTo("after"));
        Assert.That(cache.Statistics.Entries, Is.EqualTo(1));
    }

    [Test]
    public void ATargetIsFoundByWhatTheRequestHas()
    {
        var comparer = new RequestTargetComparer();
        foreach (var target in new[] { "/", "/a", "/a?", "/a?b", "/a/b?c=d&e", "/?a?b" })
        {
            var bytes = Encoding.ASCII.GetBytes(target);
            var mark = target.IndexOf('?');
            var key = mark < 0 ? new RequestTargetKey(bytes, default) : new RequestTargetKey(bytes.AsSpan(0, mark), bytes.AsSpan(mark + 1));
            var text = comparer.Create(key);
            Assert.That(text, Is.EqualTo(target.TrimEnd('?')));
            Assert.That(comparer.GetHashCode(key), Is.EqualTo(comparer.GetHashCode(text)));
            Assert.That(comparer.Equals(key, text), Is.True);
            Assert.That(comparer.Equals(key, text + "b"), Is.False);
        }
        Assert.That(comparer.GetHashCode(new RequestTargetKey("/aaaabbbb"u8, "cccc"u8)), Is.Not.EqualTo(comparer.GetHashCode(new RequestTargetKey("/aaa"u8, "abbbbcccc"u8))));
    }

    [Test]
    public void OptionsOutOfRangeAreRefused()
    {
        foreach (var options in new HttpResponseCacheOptions[] { new() { Lifetime = TimeSpan.Zero }, new() { StaleLifetime = TimeSpan.FromTicks(-1) }, new() { MakeTimeout = TimeSpan.Zero }, new() { MaxMakings = 0 }, new() { MaxEntries = 0 }, new() { MaxBytes = 0 } })
            Assert.That(() => new HttpResponseCache(static (_, _) => default, options), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static PreparedResponse Text(string text) => PreparedResponse.Create(200, Encoding.ASCII.GetBytes(text), "text/plain");

    private static string Get(string target) => $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n";

    private static string Body(string answer)
    {
        Assert.That(answer, Does.StartWith("HTTP/1.1 200 OK\r\n"));
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    /// <summary>What comes when another thread has done its part.</summary>
    private static string Await(Conversation client)
    {
        var answer = "";
        Assert.That(SpinWait.SpinUntil(() => (answer += client.Take()).Contains("\r\n\r\n"), Hang.Patience), Is.True, "no answer");
        return answer;
    }

    private static Conversation Serving(HttpResponseCache cache) => new(server => server.MapAsync(HttpMethod.Get, "/{**path}", cache.RespondAsync));

    /// <summary>A cache on the manual clock whose answers say the target and how many were made before.</summary>
    private HttpResponseCache Cache(HttpResponseCacheOptions? options = null, Func<string, ValueTask<PreparedResponse>>? make = null) => new((target, _) =>
    {
        _made.Add(target);
        return make?.Invoke(target) ?? new(Text($"{target} {_made.Count}"));
    }, options, _clock);

    [SetUp]
    public void Forget() => _made.Clear();

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Now;
    }
}
