using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Outbox.LoadTest.Children;

/// <summary>A child as its parent sees it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Guid> _relayId = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ChildResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ChildProcess(Process process)
    {
        _process = process;
        _reading = Task.Run(ReadLines);
    }

    /// <summary>The id under which the child's relay holds leases; null until it has said so.</summary>
    public Guid? RelayId => _relayId.Task.IsCompletedSuccessfully ? _relayId.Task.Result : null;

    public static ChildProcess Start(ChildOrders orders)
    {
        var host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (var argument in orders.ToArguments())
        {
            start.ArgumentList.Add(argument);
        }

        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Waits until the relay is warm and connected.</summary>
    public Task WaitUntilReadyAsync() => _ready.Task.WaitAsync(Patience);

    /// <summary>Says that the rows are there.</summary>
    public void SayStart() => Say(ChildLines.Start);

    /// <summary>Ends the child cleanly.</summary>
    public async Task<ChildResult> StopAsync()
    {
        Say(ChildLines.Stop);
        var result = await _result.Task.WaitAsync(Patience);
        await _process.WaitForExitAsync();
        return result;
    }

    /// <summary>Kills the process as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    private void ReadLines()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line == ChildLines.Ready)
            {
                _ready.TrySetResult();
            }
            else if (line.StartsWith(ChildLines.RelayId, StringComparison.Ordinal))
            {
                _relayId.TrySetResult(Guid.Parse(line.AsSpan(ChildLines.RelayId.Length)));
            }
            else if (line.StartsWith(ChildLines.Result, StringComparison.Ordinal))
            {
                _result.TrySetResult(JsonSerializer.Deserialize<ChildResult>(line.AsSpan(ChildLines.Result.Length))!);
            }
        }

        var ended = new InvalidOperationException("A child process ended unexpectedly; see its messages above.");
        _ready.TrySetException(ended);
        _result.TrySetException(ended);
        _ = _ready.Task.Exception;
        _ = _result.Task.Exception;
    }
}
