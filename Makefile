test:
	cmake --preset dev && cmake --build build/dev && ctest --test-dir build/dev --no-tests=error
