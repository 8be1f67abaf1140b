using System.Text;
using FastCore.Net.Http;

namespace FastCore.Gateway.Forwarding;

/// <summary>What a proxy does with a field.</summary>
internal enum FieldKind
{
    /// <summary>Passes it on as it is.</summary>
    EndToEnd,

    /// <summary>Keeps it: it speaks of this connection (RFC 9110 §7.6.1), or of how the message is framed on it, which is written anew.</summary>
    HopByHop,

    Host,
    ContentType,

    /// <summary>The server writes it itself.</summary>
    Date,

    /// <summary>X-Forwarded-For, -Host and -Proto, and Forwarded (RFC 7239).</summary>
    Forwarded,

    MaxForwards,
}

/// <summary>Tells fields apart by their names.</summary>
internal static class FieldKinds
{
    /// <summary>The kind of a field, whatever the Connection field says of it.</summary>
    public static FieldKind Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Is(name, "TE"u8) => FieldKind.HopByHop,
        4 when Is(name, "Host"u8) => FieldKind.Host,
        4 when Is(name, "Date"u8) => FieldKind.Date,
        7 when Is(name, "Trailer"u8) || Is(name, "Upgrade"u8) => FieldKind.HopByHop,
        9 when Is(name, "Forwarded"u8) => FieldKind.Forwarded,
        10 when Is(name, "Connection"u8) || Is(name, "Keep-Alive"u8) => FieldKind.HopByHop,
        12 when Is(name, "Content-Type"u8) => FieldKind.ContentType,
        12 when Is(name, "Max-Forwards"u8) => FieldKind.MaxForwards,
        14 when Is(name, "Content-Length"u8) => FieldKind.HopByHop,
        15 when Is(name, "X-Forwarded-For"u8) => FieldKind.Forwarded,
        16 when Is(name, "X-Forwarded-Host"u8) => FieldKind.Forwarded,
        16 when Is(name, "Proxy-Connection"u8) => FieldKind.HopByHop,
        17 when Is(name, "X-Forwarded-Proto"u8) => FieldKind.Forwarded,
        17 when Is(name, "Transfer-Encoding"u8) => FieldKind.HopByHop,
        18 when Is(name, "Proxy-Authenticate"u8) => FieldKind.HopByHop,
        19 when Is(name, "Proxy-Authorization"u8) => FieldKind.HopByHop,
        _ => FieldKind.EndToEnd,
    };

    /// <summary>Whether the Connection field names fields of this hop beyond those that are known.</summary>
    public static bool NamesMore(HttpFields fields)
    {
        foreach (var field in fields)
        {
            if (!Is(field.Name, "Connection"u8)) continue;
            foreach (var part in field.Value.Split((byte)','))
            {
                var name = field.Value[part].Trim(" \t"u8);
                if (!name.IsEmpty && !Is(name, "close"u8) && Of(name) != FieldKind.HopByHop) return true;
            }
        }
        return false;
    }

    /// <summary>Whether the Connection field names this one, which then speaks of this hop alone.</summary>
    public static bool IsNamed(HttpFields fields, ReadOnlySpan<byte> name)
    {
        foreach (var field in fields)
        {
            if (!Is(field.Name, "Connection"u8)) continue;
            foreach (var part in field.Value.Split((byte)','))
            {
                if (Is(field.Value[part].Trim(" \t"u8), name)) return true;
            }
        }
        return false;
    }

    /// <summary>Whether the client takes trailer fields (RFC 9110 §6.5.1).</summary>
    public static bool AcceptsTrailers(HttpFields fields)
    {
        if (!fields.TryGet("TE"u8, out var codings)) return false;
        foreach (var part in codings.Split((byte)','))
        {
            if (Is(codings[part].Trim(" \t"u8), "trailers"u8)) return true;
        }
        return false;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);
}
