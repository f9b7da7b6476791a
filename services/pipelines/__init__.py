"""What engines of diffusers pipelines share: loading, calling, masks, sizes. No service: engines import from here."""
