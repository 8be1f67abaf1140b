using System.Net;
using FastCore.Gateway.Limits;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;

namespace FastCore.Gateway.Forwarding;

// One request on its way: to a destination, to the next one if the first can't be reached, and its answer back.
internal sealed partial class Forwarder
{
    private const int BlockSize = 16 * 1024;

    /// <summary>Passes a request on whose place among those under way has been taken.</summary>
    private async ValueTask PassAsync(HttpContext context, int forwards)
    {
        try
        {
            var tried = 0ul;
            Exception? failure = null;
            // A destination that can't be reached has seen nothing of the request, so another may have it; unless its body has been begun.
            do
            {
                if (!route.Choice.TryChoose(tried, out var index, out var pass, out var wait))
                {
                    RespondUnavailable(context, wait, failure);
                    return;
                }
                tried |= 1ul << index;
                failure = await TryAsync(context, forwards, route.Destinations[index], pass);
            }
            while (failure != null);
        }
        finally
        {
            route.InFlight.Exit();
        }
    }

    /// <summary>Sends it to one destination and answers it, unless the destination can't be reached and another may be tried: then returns why.</summary>
    private async ValueTask<Exception?> TryAsync(HttpContext context, int forwards, Destination destination, BreakerPass pass)
    {
        var hasBody = ForwardedRequests.HasBody(context);
        var request = requests.Make(context, route, forwards);
        var outcome = Outcome.GaveUp;
        destination.Begin();
        try
        {
            using var response = await destination.Host.SendAsync(request, context.Aborted);
            outcome = response.Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout ? Outcome.Failed : Outcome.Answered;
            if (!TryStartAnswer(context, response, out var body, out var hasTrailers))
            {
                outcome = Outcome.Failed;
                RespondFailure(context, Verdict.BadGateway, 502, "The upstream's answer can't be passed on.");
            }
            else if (body == null)
            {
                _counters.Count(Verdict.Forwarded);
            }
            else if (await PassBodyAsync(context, response, body, hasTrailers) is { } brokenOff)
            {
                if (brokenOff == Verdict.BrokenOff) outcome = Outcome.Failed;
                _counters.Count(brokenOff);
            }
            else
            {
                _counters.Count(Verdict.Forwarded);
            }
            return null;
        }
        catch (HttpRequestException unreached) when (!hasBody && unreached.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            outcome = Outcome.Failed;
            return unreached;
        }
        catch (HttpRequestException full) when (full.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            _counters.Count(Verdict.Overloaded);
            Refusal.RespondLater(context, 503, TimeSpan.FromSeconds(1), "Too many requests wait for the upstream.");
            return null;
        }
        catch (HttpRequestException)
        {
            outcome = Outcome.Failed;
            RespondFailure(context, Verdict.BadGateway, 502, "The upstream did not answer.");
            return null;
        }
        catch (TimeoutException)
        {
            outcome = Outcome.Failed;
            RespondFailure(context, Verdict.TimedOut, 504, "The upstream was late.");
            return null;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException && context.Aborted.IsCancellationRequested)
        {
            // Nobody is left to be answered, and the upstream has been told by the end of its connection.
            _counters.Count(Verdict.ClientGone);
            return null;
        }
        catch (HttpRequestRejectedException)
        {
            // The client's body breaks the rules; the server knows what to answer.
            _counters.Count(Verdict.BadRequest);
            throw;
        }
        finally
        {
            destination.End(pass, outcome);
            ForwardedRequests.Keep(request, hasBody);
        }
    }

    private void RespondUnavailable(HttpContext context, TimeSpan wait, Exception? failure)
    {
        if (failure != null)
        {
            RespondFailure(context, Verdict.BadGateway, 502, "The upstream can't be reached.");
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

    /// <summary>Writes the answer's head and, if it has come whole, its body too; false if it can't be written.</summary>
    private bool TryStartAnswer(HttpContext context, HttpClientResponse response, out HttpResponseBody? body, out bool hasTrailers)
    {
        body = null;
        hasTrailers = false;
        var status = (int)response.Status;
        var fields = response.Headers;
        // Looked at before anything is added, which would go with the gateway's own answer.
        var contentType = fields.TryGet("Content-Type"u8, out var mediaType) ? MediaTypes.Of(mediaType) : "";
        if (status is < 200 or > 599 || contentType == null) return false;
        var namesMore = FieldKinds.NamesMore(fields);
        foreach (var field in fields)
        {
            if (FieldKinds.Of(field.Name) is FieldKind.HopByHop or FieldKind.ContentType or FieldKind.Date) continue;
            if (!namesMore || !FieldKinds.IsNamed(fields, field.Name)) context.AddHeader(field.Name, field.Value);
        }
        context.AddHeader("Via"u8, requests.Via);
        // With HEAD, 204 and 304 the length is that of what is not sent.
        var hasContent = context.Method != HttpMethod.Head && status is not (204 or 304);
        if (hasContent && response.IsWhole && response.Trailers.Count == 0)
        {
            context.Respond(status, response.Body, contentType);
            return true;
        }
        body = context.StartResponse(status, contentType, status is 204 or 304 ? null : response.ContentLength);
        if (!hasContent) body = null;
        hasTrailers = hasContent && response.ContentLength == null && FieldKinds.AcceptsTrailers(context.Headers);
        return true;
    }

    /// <summary>Passes the body on as it comes, no faster than the client takes it. Returns why it broke off, or null.</summary>
    private static async ValueTask<Verdict?> PassBodyAsync(HttpContext context, HttpClientResponse response, HttpResponseBody body, bool hasTrailers)
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
        return null;
    }
}
