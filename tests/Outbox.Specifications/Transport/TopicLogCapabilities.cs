namespace Outbox.Specifications.Transport;

/// <summary>What a broker under test can be made to show.</summary>
[Flags]
public enum TopicLogCapabilities
{
    None = 0,

    /// <summary>It finds offsets by time.</summary>
    Times = 1,

    /// <summary>It deletes the beginning of a partition: <see cref="TopicLogSpecification.DeleteBeforeAsync"/>.</summary>
    Deletions = 2,

    /// <summary>It has transactions: <see cref="TopicLogSpecification.BeginTransactionAsync"/>.</summary>
    Transactions = 4,

    /// <summary>A topic can be made anew: <see cref="TopicLogSpecification.RecreateTopicAsync"/>.</summary>
    Recreation = 8,
}
