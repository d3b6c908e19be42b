// What has nothing to do with simulation: errors, files, threads. `InputError` is part of the engine's face.
@_exported import AstroBase
