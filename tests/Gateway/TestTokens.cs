using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FastCore.Gateway.Configuration;

namespace FastCore.Gateway.Tests;

/// <summary>An issuer of tokens, and the file with its key.</summary>
internal sealed class TestTokens : IDisposable
{
    public const string Issuer = "https://issuer.test";
    public const string Audience = "orders";

    private readonly string _file = Path.GetTempFileName();
    private byte[] _key = [];

    public TestTokens() => ChangeKey(1);

    public TokenSettings Settings => new() { Keys = _file, Issuer = Issuer, Audience = Audience };

    /// <summary>Signs with another key from now on, and writes it into the file.</summary>
    public void ChangeKey(int number)
    {
        _key = SHA256.HashData(Encoding.ASCII.GetBytes($"key {number}"));
        File.WriteAllText(_file, $$"""{"keys":[{"kty":"oct","kid":"key-{{number}}","use":"sig","k":"{{Base64Url.EncodeToString(_key)}}"}]}""");
    }

    /// <summary>A good token, unless <paramref name="change"/> makes it another.</summary>
    public string Make(DateTimeOffset now, string? id = "token-1", Action<JsonObject>? change = null, string algorithm = "HS256")
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "somebody",
            ["scope"] = "orders.read orders.list",
            ["nbf"] = now.ToUnixTimeSeconds() - 60,
            ["exp"] = now.ToUnixTimeSeconds() + 3600,
        };
        if (id != null) claims["jti"] = id;
        change?.Invoke(claims);
        var signed = $"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}";
        return $"{signed}.{(algorithm == "none" ? "" : Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(signed))))}";
    }

    public void Dispose() => File.Delete(_file);

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
