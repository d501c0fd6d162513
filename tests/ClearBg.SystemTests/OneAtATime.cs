// Each test here runs a gateway of its own or measures one; two at once would only measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
