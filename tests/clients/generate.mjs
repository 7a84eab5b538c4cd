// node generate.mjs OPENAPI FOLDER: writes a TypeScript client of the description into the folder.
import { createClient } from "@hey-api/openapi-ts";

const [, , input, path] = process.argv;
await createClient({
  input,
  output: { path },
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "@hey-api/sdk"],
});
