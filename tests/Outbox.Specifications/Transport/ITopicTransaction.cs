namespace Outbox.Specifications.Transport;

/// <summary>An open transaction of a foreign producer, which has sent something.</summary>
public interface ITopicTransaction : IDisposable
{
    void Commit();

    void Abort();
}
