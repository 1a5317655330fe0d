using Operating;

await using var sample = await OperatingSample.BuildAsync(args);
await sample.App.RunAsync();
