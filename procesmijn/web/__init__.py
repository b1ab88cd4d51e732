"""The page and the API: what process owners look at; the home of FastAPI, uvicorn and Babel."""
