using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Revocation;
using FastCore.Gateway.Routing;
using FastCore.Gateway.Tokens;

namespace FastCore.Gateway.Tests;

/// <summary>Who gets through: each token is checked once, and looked up in what is revoked each time.</summary>
[TestFixture]
internal sealed class TokenTests : GatewayTest
{
    private readonly ManualTime _time = new();
    private TestTokens _tokens = null!;

    [SetUp]
    public void MakeIssuer() => _tokens = new TestTokens();

    [TearDown]
    public void EndIssuer() => _tokens.Dispose();

    private Task<Gateway> StartWithTokensAsync(params string[] scopes) => StartAsync(
        new GatewayConfiguration { Tokens = _tokens.Settings, Routes = [Open(Upstream(MapEcho)) with { RequireToken = true, Scopes = scopes }] }, _time);

    private Task<(int Status, string Body)> AskAsync(Gateway gateway, string token) => AskAsync(gateway, "/", ("Authorization", $"Bearer {token}"));

    private string Make(string? id = "token-1", Action<JsonObject>? change = null, string algorithm = "HS256") => _tokens.Make(_time.GetUtcNow(), id, change, algorithm);

    [Test]
    public async Task A_good_token_is_checked_once()
    {
        var gateway = await StartWithTokensAsync("orders.read");
        var token = Make();
        for (var i = 0; i < 5; i++) Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(200));
        Assert.That((gateway.Tokens!.Checks, gateway.Tokens.Hits, gateway.Tokens.Refusals), Is.EqualTo((1L, 4L, 0L)));
        Assert.That((await AskAsync(gateway, "/", ("authorization", $"bearer {token}"))).Status, Is.EqualTo(200), "the scheme's case does not matter");
    }

    [Test]
    public async Task Without_a_token_the_challenge_says_what_is_wanted()
    {
        var gateway = await StartWithTokensAsync();
        using var none = await GetAsync(gateway, "/");
        using var basic = await GetAsync(gateway, "/", ("Authorization", "Basic dTpw"));
        using var two = await GetAsync(gateway, "/", ("Authorization", $"Bearer {Make()}"), ("authorization", "Bearer x"));
        using var bad = await GetAsync(gateway, "/", ("Authorization", "Bearer x"));
        Assert.Multiple(() =>
        {
            Assert.That(((int)none.StatusCode, none.Headers.WwwAuthenticate.ToString()), Is.EqualTo((401, "Bearer")));
            Assert.That((int)basic.StatusCode, Is.EqualTo(401));
            Assert.That((int)two.StatusCode, Is.EqualTo(401));
            Assert.That(((int)bad.StatusCode, bad.Headers.WwwAuthenticate.ToString()), Is.EqualTo((401, "Bearer error=\"invalid_token\"")));
        });
        Assert.That(CountOf(gateway, Verdict.Unauthorized), Is.EqualTo(4));
    }

    [Test]
    public async Task A_token_that_is_not_good_is_refused_each_time()
    {
        var gateway = await StartWithTokensAsync();
        var good = Make();
        var dots = good.Split('.');
        (string What, string Token)[] bad =
        [
            ("another's signature", $"{dots[0]}.{dots[1]}.{Make("token-2").Split('.')[2]}"),
            ("no signature", $"{dots[0]}.{dots[1]}."),
            ("no algorithm", Make(algorithm: "none")),
            ("an algorithm that is not taken", Make(algorithm: "HS512")),
            ("another issuer", Make(change: static claims => claims["iss"] = "https://other.test")),
            ("another audience", Make(change: static claims => claims["aud"] = "payments")),
            ("expired", Make(change: claims => claims["exp"] = _time.GetUtcNow().ToUnixTimeSeconds() - 31)),
            ("not yet", Make(change: claims => claims["nbf"] = _time.GetUtcNow().ToUnixTimeSeconds() + 31)),
            ("for ever", Make(change: static claims => claims.Remove("exp"))),
            ("text behind it", good + ".x"),
        ];
        foreach (var (what, token) in bad)
        {
            for (var i = 0; i < 2; i++) Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(401), what);
        }
        Assert.That((await AskAsync(gateway, good)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task What_a_token_does_not_allow_is_forbidden()
    {
        var gateway = await StartWithTokensAsync("orders.read", "orders.write");
        using var response = await GetAsync(gateway, "/", ("Authorization", $"Bearer {Make()}"));
        Assert.That((int)response.StatusCode, Is.EqualTo(403));
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Does.Contain("insufficient_scope").And.Contain("orders.read orders.write"));
        var asList = Make("token-2", static claims =>
        {
            claims.Remove("scope");
            claims["scp"] = new JsonArray("orders.write", "orders.read");
        });
        Assert.That((await AskAsync(gateway, asList)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_remembered_token_ends_with_its_time()
    {
        var gateway = await StartWithTokensAsync();
        var token = Make();
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(200));
        _time.Pass(TimeSpan.FromSeconds(3600 + 29));
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(200), "within the skew");
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task A_revoked_token_is_refused_at_once()
    {
        var gateway = await StartWithTokensAsync();
        var token = Make();
        var other = Make("token-2");
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(200), "it is remembered");
        await gateway.RevokeAsync("token-1", _time.GetUtcNow().ToUnixTimeSeconds() + 3600);
        using var refused = await GetAsync(gateway, "/", ("Authorization", $"Bearer {token}"));
        Assert.That(((int)refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()), Is.EqualTo((401, "Bearer error=\"invalid_token\", error_description=\"revoked\"")));
        Assert.That((await AskAsync(gateway, other)).Status, Is.EqualTo(200));
        Assert.That(CountOf(gateway, Verdict.Revoked), Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_without_a_name_is_revoked_by_its_digest()
    {
        var gateway = await StartWithTokensAsync();
        var token = Make(id: null);
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(200));
        await gateway.RevokeAsync(TokenId.OfToken(System.Text.Encoding.ASCII.GetBytes(token)).Text, _time.GetUtcNow().ToUnixTimeSeconds() + 3600);
        Assert.That((await AskAsync(gateway, token)).Status, Is.EqualTo(401));
    }

    /// <summary>Of a signature (r, s) over an elliptic curve of order n, (r, n − s) is good too: whoever holds a token can write it in another way.</summary>
    [Test]
    public async Task A_token_without_a_name_is_the_same_however_its_signature_is_written()
    {
        var order = System.Numerics.BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""{"keys":[{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}]}""");
            var gate = new TokenGate(_tokens.Settings with { Keys = file }, _time);
            var signed = $"{Base64Url.EncodeToString("""{"alg":"ES256","typ":"JWT"}"""u8)}.{Make(id: null).Split('.')[1]}";
            var signature = key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
            var s = order - new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
            var twin = new byte[64];
            signature.AsSpan(0, 32).CopyTo(twin);
            var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
            bytes.CopyTo(twin.AsSpan(64 - bytes.Length));
            var one = await gate.CheckAsync(System.Text.Encoding.ASCII.GetBytes($"{signed}.{Base64Url.EncodeToString(signature)}"));
            var other = await gate.CheckAsync(System.Text.Encoding.ASCII.GetBytes($"{signed}.{Base64Url.EncodeToString(twin)}"));
            Assert.That((one, other), Is.Not.EqualTo(((AcceptedToken?)null, (AcceptedToken?)null)));
            Assert.That(other!.Id, Is.EqualTo(one!.Id), "to revoke the one is to revoke the other");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Keys_are_changed_while_it_runs()
    {
        var gateway = await StartWithTokensAsync();
        var old = Make();
        Assert.That((await AskAsync(gateway, old)).Status, Is.EqualTo(200));
        _tokens.ChangeKey(2);
        var young = Make("token-2");
        Assert.That((await AskAsync(gateway, young)).Status, Is.EqualTo(401), "its key is not known yet");
        gateway.Tokens!.ReloadKeys();
        Assert.That((await AskAsync(gateway, young)).Status, Is.EqualTo(200));
        Assert.That((await AskAsync(gateway, old)).Status, Is.EqualTo(401), "what was remembered went with the old key");
    }

    [TestCase("no json")]
    [TestCase("""{"keys":[]}""")]
    public void Keys_that_are_none_are_refused(string text)
    {
        File.WriteAllText(_tokens.Settings.Keys, text);
        Assert.That(() => new TokenGate(_tokens.Settings, _time), Throws.InstanceOf<ConfigurationException>().With.Message.Contains(_tokens.Settings.Keys).Or.InstanceOf<ConfigurationException>().With.Message.Contains("tokens.keys"));
    }

    [Test]
    public void The_cache_is_bounded_and_never_takes_one_token_for_another()
    {
        var random = new Random(7);
        var cache = new TokenCache(64);
        var entries = new List<AcceptedToken>();
        for (var i = 0; i < 1000; i++)
        {
            var bytes = new byte[40];
            // Many that end alike, so that they meet in one place.
            random.NextBytes(bytes.AsSpan(0, 24));
            bytes[^1] = (byte)(i % 3);
            var entry = new AcceptedToken(bytes, 100, TokenId.Of($"{i}"), [], cache);
            entries.Add(entry);
            cache.Add(entry, now: 0);
            Assert.That(cache.Find(bytes), Is.SameAs(entry));
        }
        Assert.That(cache.Capacity, Is.EqualTo(64));
        Assert.That(entries.Count(entry => cache.Find(entry.Bytes) is { } found && found != entry), Is.Zero);
        Assert.That(entries.Count(entry => cache.Find(entry.Bytes) != null), Is.InRange(4, 12), "three ends, four places for each set");
        Assert.That(cache.Find("short"u8), Is.Null);
    }
}
