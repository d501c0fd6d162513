namespace ClearBg.Segmentation.Refinement;

/// <summary>How much care a matte gets after the model. Each level is the one before it and something more, but for a picture that the gate keeps as it is.</summary>
internal enum RefinementLevel
{
    /// <summary>The model's matte, stretched bilinearly.</summary>
    None,
    /// <summary>Its edge follows the picture's: a guided filter.</summary>
    Fast,
    /// <summary>Closed-form matting at the edge.</summary>
    Fine,
    /// <summary>The same on the union of two mattes, the second from the mirrored picture with faded surroundings: twice the inference.</summary>
    Best,
}
