using System.Net;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;

namespace FastCore.Gateway.Forwarding;

// One request on its way: to a destination, to the next one if the first can't be reached, and its answer back.
internal sealed partial class Forwarder
{
    private const int BlockSize = 16 * 1024;
    private const string Unreachable = "The upstream can't be reached.";

    /// <summary>Passes a request on whose place among those under way has been taken.</summary>
    /// <remarks>One method, since each that waits costs an object for the request, and thousands wait at a time.</remarks>
    private async ValueTask PassAsync(HttpContext context, int forwards)
    {
        var hasBody = ForwardedRequests.HasBody(context);
        var tried = 0ul;
        try
        {
            while (true)
            {
                if (!route.Choice.TryChoose(tried, out var index, out var pass, out var wait))
                {
                    RespondUnavailable(context, wait, wasTried: tried != 0);
                    return;
                }
                tried |= 1ul << index;
                var destination = route.Destinations[index];
                var request = requests.Make(context, route, forwards, WantsWebSocket(context));
                var outcome = Outcome.GaveUp;
                destination.Begin();
                try
                {
                    using var response = await destination.Host.SendAsync(request, context.Aborted);
                    outcome = response.Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout ? Outcome.Failed : Outcome.Answered;
                    if (outcome == Outcome.Answered) destination.Breaker.Answers(pass);
                    Verdict verdict;
                    if (response.IsUpgraded)
                    {
                        // A WebSocket that is broken off tells nothing of the destination: it may have done so for what the client sent.
                        verdict = await PassUpgradeAsync(context, response);
                        if (verdict == Verdict.BadGateway) outcome = Outcome.Failed;
                    }
                    else
                    {
                        verdict = StartAnswer(context, response, out var body, out var hasTrailers);
                        if (body != null) verdict = await PassBodyAsync(context, response, body, hasTrailers);
                        if (verdict is Verdict.BadGateway or Verdict.BrokenOff) outcome = Outcome.Failed;
                    }
                    _counters.Count(verdict);
                    return;
                }
                catch (HttpRequestException unreached) when (!hasBody && unreached.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
                {
                    // It has seen nothing of the request, so another may have it; unless its body has been begun.
                    outcome = Outcome.Failed;
                }
                catch (Exception failure)
                {
                    if (RespondTo(failure, context) is not { } learned) throw;
                    outcome = learned;
                    return;
                }
                finally
                {
                    destination.End(pass, outcome);
                    ForwardedRequests.Keep(request, hasBody);
                }
            }
        }
        finally
        {
            route.InFlight.Exit();
        }
    }

    /// <summary>Answers a request that failed, and says what that tells of the destination; null if it is the server that knows what to answer.</summary>
    private Outcome? RespondTo(Exception failure, HttpContext context)
    {
        switch (failure)
        {
            case HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }:
                _counters.Count(Verdict.Overloaded);
                Refusal.RespondLater(context, 503, TimeSpan.FromSeconds(1), "Too many requests wait for the upstream.");
                return Outcome.GaveUp;
            case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }:
                RespondFailure(context, Verdict.BadGateway, 502, Unreachable);
                return Outcome.Failed;
            case HttpRequestException:
                RespondFailure(context, Verdict.BadGateway, 502, "The upstream did not answer.");
                return Outcome.Failed;
            case TimeoutException:
                RespondFailure(context, Verdict.TimedOut, 504, "The upstream was late.");
                return Outcome.Failed;
            case IOException or OperationCanceledException when context.Aborted.IsCancellationRequested:
                // Nobody is left to be answered, and the upstream has been told by the end of its connection.
                _counters.Count(Verdict.ClientGone);
                return Outcome.GaveUp;
            case HttpRequestRejectedException:
                // The client's body breaks the rules.
                _counters.Count(Verdict.BadRequest);
                return null;
            default:
                return null;
        }
    }

    private void RespondUnavailable(HttpContext context, TimeSpan wait, bool wasTried)
    {
        if (wasTried)
        {
            RespondFailure(context, Verdict.BadGateway, 502, Unreachable);
            return;
        }
        _counters.Count(Verdict.Unavailable);
        Refusal.RespondLater(context, 503, wait, "The upstream is not available.");
    }

    private void RespondFailure(HttpContext context, Verdict verdict, int status, string sentence)
    {
        _counters.Count(verdict);
        Refusal.Respond(context, status, sentence);
    }

    /// <summary>Writes the answer's head and, if it has come whole, its body too; else there is a <paramref name="body"/> to be passed on. What can't be written is answered with 502.</summary>
    private Verdict StartAnswer(HttpContext context, HttpClientResponse response, out HttpResponseBody? body, out bool hasTrailers)
    {
        body = null;
        hasTrailers = false;
        var status = (int)response.Status;
        var fields = response.Headers;
        // Looked at before anything is added, which would go with the gateway's own answer.
        var contentType = fields.TryGet("Content-Type"u8, out var mediaType) ? MediaTypes.Of(mediaType) : "";
        if (status is < 200 or > 599 || contentType == null)
        {
            Refusal.Respond(context, 502, "The upstream's answer can't be passed on.");
            return Verdict.BadGateway;
        }
        PassFields(context, fields);
        // With HEAD, 204 and 304 the length is that of what is not sent.
        var hasContent = context.Method != HttpMethod.Head && status is not (204 or 304);
        if (hasContent && response.IsWhole && response.Trailers.Count == 0)
        {
            context.Respond(status, response.Body, contentType);
            return Verdict.Forwarded;
        }
        body = context.StartResponse(status, contentType, status is 204 or 304 ? null : response.ContentLength);
        if (!hasContent) body = null;
        hasTrailers = hasContent && response.ContentLength == null && FieldKinds.AcceptsTrailers(context.Headers);
        return Verdict.Forwarded;
    }

    /// <summary>Adds the upstream's fields to the answer, but for those of its hop and those that the server writes itself.</summary>
    private void PassFields(HttpContext context, HttpFields fields)
    {
        var namesMore = FieldKinds.NamesMore(fields);
        foreach (var field in fields)
        {
            if (FieldKinds.Of(field.Name) is FieldKind.HopByHop or FieldKind.Date or FieldKind.ContentType) continue;
            if (!namesMore || !FieldKinds.IsNamed(fields, field.Name)) context.AddHeader(field.Name, field.Value);
        }
        context.AddHeader("Via"u8, requests.Via);
    }

    /// <summary>Passes the body on as it comes, no faster than the client takes it.</summary>
    private static async ValueTask<Verdict> PassBodyAsync(HttpContext context, HttpClientResponse response, HttpResponseBody body, bool hasTrailers)
    {
        while (true)
        {
            int count;
            try
            {
                count = await response.ReadAsync(body.GetMemory(BlockSize), context.Aborted);
            }
            catch (Exception failure) when (failure is HttpRequestException or TimeoutException or OperationCanceledException)
            {
                // The client must see that the end is missing.
                body.Complete(failure);
                return failure is OperationCanceledException ? Verdict.ClientGone : Verdict.BrokenOff;
            }
            if (count == 0) break;
            body.Advance(count);
            if ((await body.FlushAsync()).IsCompleted) return Verdict.ClientGone;
        }
        if (hasTrailers)
        {
            foreach (var field in response.Trailers)
            {
                if (FieldKinds.Of(field.Name) == FieldKind.EndToEnd) body.AddTrailer(field.Name, field.Value);
            }
        }
        return Verdict.Forwarded;
    }
}
