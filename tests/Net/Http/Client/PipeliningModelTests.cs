using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>
/// A pool with pipelining against servers that answer, cut, close, break off and keep silent on a seed. What the servers see and what the callers
/// are told is held to the rules, request by request.
/// </summary>
[TestFixture]
internal sealed class PipeliningModelTests
{
    private const int Depth = 5;
    private const int Steps = 400;

    [Test]
    public void EveryRequestIsAnsweredByItsOwnAnswerOrFailsByTheRules([Range(1, 40)] int seed)
    {
        using var model = new Model(seed);
        for (var i = 0; i < Steps; i++) model.Step();
        model.End();
    }

    private sealed class Asked(string name, bool isSafe)
    {
        public readonly CancellationTokenSource Gone = new();
        public readonly bool IsSafe = isSafe;
        public readonly string Name = name;
        public Task<string> Outcome = null!;
        public bool IsCancelled;
        public int Sendings;
    }

    private sealed class Server(Connection connection)
    {
        public readonly Connection Connection = connection;
        public readonly Queue<Asked> Unanswered = new();
        public readonly StringBuilder Output = new();
        public bool IsSilent;
        public bool Closes;
        public int Answered;
    }

    private sealed class Model : IDisposable
    {
        private readonly Random _random;
        private readonly ClientConversation _conversation;
        private readonly List<Asked> _asked = [];
        private readonly Dictionary<Connection, Server> _servers = [];
        private readonly List<int> _firstSent = [];
        private int _lastSent = -1;

        public Model(int seed)
        {
            _random = new Random(seed);
            _conversation = new ClientConversation(new HttpConnectionPoolOptions
            {
                MaxConnectionsPerHost = 1 + seed % 3,
                MaxPipelinedRequests = Depth,
                HeadersTimeout = TimeSpan.FromSeconds(30),
            });
        }

        public void Step()
        {
            switch (_random.Next(20))
            {
                case < 7:
                    Ask();
                    break;
                case 7 when _asked.Where(static each => !each.Outcome.IsCompleted).ToArray() is { Length: > 0 } pending:
                    var gone = pending[_random.Next(pending.Length)];
                    gone.IsCancelled = true;
                    gone.Gone.Cancel();
                    _conversation.Reactor.RunPosted();
                    Assert.That(gone.Outcome.IsCompleted, $"{gone.Name} has gone and has not been told");
                    break;
                case 8:
                    _conversation.Reactor.Pass(_random.Next(3_000));
                    break;
                case 9 when Alive() is { } broken:
                    _conversation.Reactor.End(broken.Connection, CloseReason.PeerReset);
                    break;
                case 10 when Alive() is { } finished:
                    _conversation.Reactor.FinishPeer(finished.Connection);
                    break;
                case 11 when Alive() is { } silent:
                    silent.IsSilent = !silent.IsSilent;
                    break;
                case 12:
                    TryAccept();
                    break;
                default:
                    if (Alive() is { IsSilent: false } server) Answer(server);
                    break;
            }
            Settle();
        }

        public void End()
        {
            // The servers behave, and all that is left comes to an end.
            for (var i = 0; i < 10_000 && _asked.Exists(static each => !each.Outcome.IsCompleted); i++)
            {
                TryAccept();
                Settle();
                foreach (var server in _servers.Values.ToArray())
                {
                    server.IsSilent = false;
                    if (server.Connection.IsOpen) Answer(server);
                }
                Settle();
            }
            foreach (var each in _asked) Judge(each);
        }

        public void Dispose()
        {
            _conversation.Dispose();
            foreach (var each in _asked) each.Gone.Dispose();
        }

        private void Ask()
        {
            var isSafe = _random.Next(6) > 0;
            var asked = new Asked($"/{(isSafe ? 'g' : 'p')}{_asked.Count}", isSafe);
            _asked.Add(asked);
            asked.Outcome = _conversation.Fetch(new HttpClientRequest(isSafe ? HttpMethod.Get : HttpMethod.Post, asked.Name), asked.Gone.Token);
        }

        private void TryAccept()
        {
            // What took too long has been given up.
            _conversation.Reactor.Connecting.RemoveAll(static each => each.Connection._state != ConnectionState.Opening);
            if (_conversation.Reactor.Connecting.Count > 0) _conversation.Accept();
        }

        private Server? Alive()
        {
            var alive = _servers.Values.Where(static server => server.Connection.IsOpen).ToArray();
            return alive.Length == 0 ? null : alive[_random.Next(alive.Length)];
        }

        private void Answer(Server server)
        {
            var count = _random.Next(1, 4);
            while (count-- > 0 && !server.Closes && server.Unanswered.TryDequeue(out var asked))
            {
                if (_random.Next(5) == 0) server.Output.Append("HTTP/1.1 103 Early Hints\r\n\r\n");
                server.Closes = _random.Next(12) == 0;
                server.Answered++;
                var body = asked.Name + (_random.Next(30) == 0 ? new string('x', 100_000) : "");
                server.Output.Append("HTTP/1.1 200 OK\r\n").Append(server.Closes ? "Connection: close\r\n" : "");
                if (_random.Next(2) == 0) server.Output.Append($"Content-Length: {body.Length}\r\n\r\n{body}");
                else server.Output.Append($"Transfer-Encoding: chunked\r\n\r\n{body.Length:X}\r\n{body}\r\n0\r\n\r\n");
            }
            if (server.Output.Length == 0) return;
            var part = _random.Next(3) == 0 ? server.Output.Length : _random.Next(1, server.Output.Length + 1);
            var bytes = server.Output.ToString(0, part);
            server.Output.Remove(0, part);
            _conversation.Send(server.Connection, bytes);
            if (server is { Closes: true, Output.Length: 0 } && server.Connection.IsOpen) _conversation.Reactor.FinishPeer(server.Connection);
        }

        /// <summary>Takes what has been sent, ends what is ending, and looks at all that holds at any time.</summary>
        private void Settle()
        {
            _conversation.Reactor.RunPosted();
            _conversation.Reactor.FlushEach((connection, bytes) =>
            {
                if (!_servers.TryGetValue(connection, out var server)) _servers.Add(connection, server = new Server(connection));
                foreach (var line in Encoding.ASCII.GetString(bytes).Split("\r\n").Where(static line => line.EndsWith(" HTTP/1.1", StringComparison.Ordinal)))
                    Receive(server, line.Split(' ')[1]);
            });
            // What leaves in one flush leaves connection by connection.
            Assert.That(_firstSent, Is.All.GreaterThan(_lastSent), "somebody was overtaken");
            foreach (var index in _firstSent) _lastSent = Math.Max(_lastSent, index);
            _firstSent.Clear();
            _conversation.Reactor.EndEnding();
            _conversation.Reactor.RunPosted();
        }

        private void Receive(Server server, string name)
        {
            var asked = _asked.Single(each => each.Name == name);
            asked.Sendings++;
            if (asked.Sendings == 1) _firstSent.Add(_asked.IndexOf(asked));
            // What was written on a connection that had already been given up reaches nobody.
            if (!server.Connection.IsOpen) return;
            server.Unanswered.Enqueue(asked);
            Assert.That(server.Unanswered, Has.Count.LessThanOrEqualTo(Depth), "more are under way than may be");
            if (server.Unanswered.Count == 1 && server.Output.Length == 0) return;
            Assert.That(server.Answered, Is.Positive, "a connection that had not answered was shared");
            Assert.That(server.Unanswered.All(static each => each.IsSafe), "what must not be sent twice shared a connection");
            Assert.That(asked.Sendings, Is.EqualTo(1), "what is sent again goes alone");
        }

        private static void Judge(Asked asked)
        {
            var outcome = ClientConversation.Now(asked.Outcome);
            if (!asked.IsSafe) Assert.That(asked.Sendings, Is.LessThanOrEqualTo(1), $"{asked.Name} was sent twice");
            Assert.That(asked.Sendings, Is.LessThanOrEqualTo(4), $"{asked.Name} was sent too often");
            if (outcome.StartsWith("200 ", StringComparison.Ordinal))
            {
                var body = outcome.Split("] ")[1].Split(' ')[0].TrimEnd('x');
                Assert.That(body, Is.EqualTo(asked.Name), "somebody else's answer");
                return;
            }
            Assert.That(outcome, Is.AnyOf("ResponseEnded", nameof(TimeoutException), nameof(OperationCanceledException)), asked.Name);
            if (outcome == nameof(OperationCanceledException)) Assert.That(asked.IsCancelled, asked.Name);
        }
    }
}
