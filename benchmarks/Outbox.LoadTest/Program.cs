using Outbox.LoadTest;

return await LoadTestProgram.RunAsync(args);
