using FastCore.Gateway.Limits;

namespace FastCore.Gateway.Tests;

/// <summary>The breaker's steps are those of its table, and what belongs to an earlier stretch of its life changes nothing.</summary>
[TestFixture]
internal sealed class BreakerTests
{
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();

    private Breaker Make(int failures = 2, int probes = 1) => new(failures, OpenFor, probes, _time);

    private static BreakerPass Enter(Breaker breaker)
    {
        Assert.That(breaker.TryEnter(out var pass, out _));
        return pass;
    }

    private Breaker Opened(int probes = 1)
    {
        var breaker = Make(1, probes);
        breaker.Failed(Enter(breaker));
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Open));
        return breaker;
    }

    [Test]
    public void Failures_in_a_row_open_it()
    {
        var breaker = Make();
        breaker.Failed(Enter(breaker));
        breaker.Succeeded(Enter(breaker));
        breaker.Failed(Enter(breaker));
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Closed), "not in a row");
        breaker.Failed(Enter(breaker));
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Open));
    }

    [Test]
    public void Open_it_says_for_how_long()
    {
        var breaker = Opened();
        _time.Pass(TimeSpan.FromSeconds(4));
        Assert.That((breaker.TryEnter(out _, out var wait), wait), Is.EqualTo((false, TimeSpan.FromSeconds(6))));
    }

    [Test]
    public void Half_open_it_lets_so_many_try()
    {
        var breaker = Opened(probes: 2);
        _time.Pass(OpenFor);
        var first = Enter(breaker);
        Assert.That(breaker.State, Is.EqualTo(BreakerState.HalfOpen));
        var second = Enter(breaker);
        Assert.That(breaker.TryEnter(out _, out _), Is.False);
        breaker.GaveUp(first);
        var third = Enter(breaker);
        breaker.Succeeded(third);
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Closed));
        breaker.Failed(second);
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Closed), "the other probe belongs to the past");
    }

    [Test]
    public void A_probe_that_fails_opens_it_again_for_as_long()
    {
        var breaker = Opened();
        _time.Pass(OpenFor);
        breaker.Failed(Enter(breaker));
        Assert.That((breaker.State, breaker.Openings), Is.EqualTo((BreakerState.Open, 2L)));
        _time.Pass(OpenFor - TimeSpan.FromTicks(1));
        Assert.That(breaker.TryEnter(out _, out _), Is.False);
        _time.Pass(TimeSpan.FromTicks(1));
        breaker.Succeeded(Enter(breaker));
        Assert.That(breaker.State, Is.EqualTo(BreakerState.Closed));
    }

    [Test]
    public void What_began_before_it_opened_changes_nothing()
    {
        var breaker = Make(1);
        var old = Enter(breaker);
        breaker.Failed(Enter(breaker));
        _time.Pass(OpenFor);
        var probe = Enter(breaker);
        breaker.Succeeded(old);
        Assert.That(breaker.State, Is.EqualTo(BreakerState.HalfOpen), "a late answer is no probe's");
        breaker.GaveUp(old);
        Assert.That(breaker.TryEnter(out _, out _), Is.False, "nor is a late end a probe's place");
        breaker.Failed(probe);
        breaker.Failed(old);
        Assert.That(breaker.Openings, Is.EqualTo(2));
    }

    [Test]
    public void Many_threads_leave_it_in_order()
    {
        var breaker = new Breaker(3, TimeSpan.FromTicks(1), 2, TimeProvider.System);
        Parallel.For(0, 4, worker =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 50_000; i++)
            {
                if (!breaker.TryEnter(out var pass, out _)) continue;
                switch (random.Next(4))
                {
                    case 0:
                        breaker.Succeeded(pass);
                        break;
                    case 1:
                        breaker.GaveUp(pass);
                        break;
                    default:
                        breaker.Failed(pass);
                        break;
                }
            }
        });
        Assert.That(breaker.Openings, Is.GreaterThan(10), "the race was run");
        // Nobody is inside any more, so it can be closed: no probe's place was lost.
        Assert.That(SpinWait.SpinUntil(() => breaker.TryEnter(out _, out _), Hang.Milliseconds));
    }

    [Test]
    public void The_table_has_all_states() =>
        Assert.That(BreakerTable.Table.States, Is.EquivalentTo(Enum.GetValues<BreakerState>().Select(Breaker.NameOf)));
}
